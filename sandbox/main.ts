// `npm run sandbox`: a sandbox for as long as one wants to try things in it.
import type { Cassandra } from "./cassandra/node.ts";
import { MissingTool } from "./missing-tool.ts";
import { HELP, type MainOptions, parseOptions, UsageError } from "./options.ts";
import { ProcessFailed } from "./process.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Gives the exit code: 0 after a stop that was asked for, 1 when something failed, 2 for a wrong command line. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) process.stdout.write(HELP);
    else await serve(options, stopSignal());
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      tell(error.message);
      return 2;
    }
    tell(explain(error));
    return 1;
  }
}

async function serve(options: MainOptions, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const sandbox = await startSandbox({ ...options, signal, log: tell }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (sandbox === undefined) return;
  const awake = setInterval(() => undefined, 2 ** 30); // the sandbox's processes do not keep node running
  try {
    introduce(sandbox, options, (performance.now() - started) / 1000);
    await Promise.race([aborted(signal), sandbox.failed]);
    tell("stopping");
  } finally {
    clearInterval(awake);
    await sandbox.stop();
  }
}

function introduce(sandbox: Sandbox, { with: extras }: MainOptions, seconds: number): void {
  process.stdout.write(`export KUBECONFIG=${sandbox.kubeconfig()}\n`);
  const settings = extras.includes("cassandra") ? Object.entries(sandbox.cassandra.settings) : [];
  for (const [name, value] of settings) process.stdout.write(`export ${name}=${value}\n`);
  tell(`ready after ${seconds.toFixed(1)} s; Ctrl-C stops it and removes ${sandbox.directory}`);
  for (const { name, pid } of sandbox.processes()) tell(`  ${name} (pid ${pid}, log ${sandbox.directory}/${name}.log)`);
  tell(`  apiserver: ${sandbox.server}`);
  tell(`  kubectl: ${sandbox.kubectlPath}`);
  if (extras.includes("cassandra")) tell(`  ${describeCassandra(sandbox.cassandra)}`);
  if (extras.includes("argocd"))
    tell(`  argocd: makes Applications of the ApplicationSets in namespace ${sandbox.argocd.namespace}`);
  if (extras.includes("cert-manager"))
    tell("  cert-manager: issues certificates of self-signed issuers and of CAs, and its cainjector fills in caBundle");
  if (extras.includes("flux"))
    tell("  flux: applies Kustomizations of all namespaces; nobody fetches their sources, whose status you write");
}

const describeCassandra = ({ host, port, serverName, caFile, keyspace, table }: Cassandra): string =>
  `cassandra: ${host}:${port} with table ${keyspace}.${table}, TLS by the name ${serverName}, which ${caFile} vouches for`;

/** Aborted by the first of the signals that ask for an end. A second one ends us at once; the keeper tidies up. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort(new Error(`stopped by ${name}`));
    });
  }
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function explain(error: unknown): string {
  if (error instanceof MissingTool || error instanceof ProcessFailed) return error.message;
  return error instanceof Error ? `The sandbox failed: ${error.message}` : String(error);
}

process.stdout.on("error", () => undefined); // whoever read our output has gone
process.stderr.on("error", () => undefined);
process.exitCode = await main(process.argv.slice(2));
