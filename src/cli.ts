// The command line, also the image's entry: composes commander from the list of commands and exits with what they say.
import { readFileSync } from "node:fs";
import { Command as Commander, CommanderError } from "commander";
import { type Command, type CommandDeps, type Given, UsageError } from "./cli/command.ts";
import { commands } from "./cli/index.ts";
import type { Config, ConfigError, Environment } from "./config.ts";
import type { Preview } from "./generator/preview.ts";
import { describe } from "./model/errors.ts";
import type { TenantStore } from "./tenants/store.ts";

/** Runs one command line (without node and script) and resolves to its exit code: 0 done, 1 failed, 2 wrong use or settings. */
export async function runCli(argv: readonly string[], deps: CommandDeps): Promise<number> {
  let code = 0;
  const program = quiet(new Commander("landlord"), deps)
    .description("Moves tenants into a Kubernetes cluster and keeps them in their own rooms.")
    .version(version());
  for (const command of await loaded(argv)) {
    add(program, command, deps, async (given) => {
      code = await command.run(given, deps);
    });
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    return told(error, deps);
  }
}

/** The commands that begin with the line's first word; all of them where it is none of theirs, to tell what there is. */
async function loaded([word]: readonly string[]): Promise<Command[]> {
  const named = commands.filter((entry) => entry.word === word);
  return (await Promise.all((named.length > 0 ? named : commands).map(({ load }) => load()))).flat();
}

/** Says in words what went wrong; resolves to the exit code. */
function told(error: unknown, deps: CommandDeps): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isConfigError(error)) {
    deps.error("landlord: these settings are wrong:");
    for (const mistake of error.mistakes) deps.error(`  ${mistake}`);
    return 2;
  }
  deps.error(`landlord: ${describe(error)}`);
  return error instanceof UsageError ? 2 : 1;
}

/** By its name: the class is loaded with the settings, which not every command needs. */
function isConfigError(error: unknown): error is ConfigError {
  return error instanceof Error && error.name === "ConfigError" && "mistakes" in error;
}

/** A command of two words goes below its first one. */
function add(program: Commander, command: Command, deps: CommandDeps, run: (given: Given) => Promise<void>): void {
  const words = command.name.split(" ");
  const last = words.pop() ?? "";
  const parent = words.reduce((above, word) => group(above, word, deps), program);
  const sub = quiet(parent.command(last), deps).description(command.summary).allowExcessArguments(false);
  for (const { name, about, optional } of command.arguments ?? []) {
    sub.argument(optional === true ? `[${name}]` : `<${name}>`, about);
  }
  for (const { flags, about, fallback, repeated } of command.options) {
    if (repeated === true) sub.option(flags, about, (value: string, before: string[]) => [...before, value], []);
    else sub.option(flags, about, fallback);
  }
  sub.action(() => {
    const names = (command.arguments ?? []).map(({ name }, index) => [name, sub.args[index]] as const);
    return run({ ...sub.opts<Given>(), ...Object.fromEntries(names) });
  });
}

function group(above: Commander, word: string, deps: CommandDeps): Commander {
  const found = above.commands.find((command) => command.name() === word);
  const about = commands.find((entry) => entry.word === word)?.about ?? "";
  return found ?? quiet(above.command(word), deps).description(about);
}

function quiet(command: Commander, { out, error }: CommandDeps): Commander {
  return command
    .exitOverride()
    .configureOutput({ writeOut: (text) => out(text.trimEnd()), writeErr: (text) => error(text.trimEnd()) })
    .showHelpAfterError("(landlord --help tells what there is)");
}

/** Of package.json, which lies one folder above the sources and two above the compiled output. */
function version(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version;
    } catch {
      // not there: the next one is
    }
  }
  return "unknown";
}

/** Everything below is loaded late: each command starts without what only others need. */
async function configOf(overrides: Environment = {}): Promise<Config> {
  const { environment, loadConfig } = await import("./config.ts");
  return loadConfig(environment(overrides));
}

async function serve(settings: Record<string, string>): Promise<void> {
  const config = await configOf(settings);
  const { runService } = await import("./main.ts");
  await runService(config);
}

async function withRegistry<T>(use: (store: TenantStore) => Promise<T>): Promise<T> {
  const { registry } = await configOf();
  const { openRegistry } = await import("./registry.ts");
  const store = await openRegistry(registry);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function preview(request: Parameters<CommandDeps["preview"]>[0]): Promise<Preview> {
  const config = await configOf();
  const { previewAnswer } = await import("./service/preview.ts");
  return await previewAnswer(config, request, stop.signal);
}

const policy: CommandDeps["policy"] = async (text) => {
  const config = await configOf();
  const { reviewPolicy } = await import("./service/review-policy.ts");
  return await reviewPolicy(config, text);
};

const withInstallation: CommandDeps["withInstallation"] = async (use) => {
  const settings = await configOf();
  const [{ withCluster: connected }, { systemClock: clock }] = await Promise.all([
    import("./service/review-cluster.ts"),
    import("./model/clock.ts"),
  ]);
  return await connected(settings, (client) => use({ client, settings, clock }));
};

const withCluster: CommandDeps["withCluster"] = (use) => withInstallation(({ client }) => use(client));

async function stdin(mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const part = Buffer.from(chunk);
    chunks.push(part);
    bytes += part.length;
    if (bytes > mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes + 1);
}

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const error = (line: string): void => void process.stderr.write(`${line}\n`);

const stop = new AbortController();

/** The process as a command line; ends it. */
export async function main(): Promise<void> {
  process.once("SIGINT", () => stop.abort());
  const deps = {
    out,
    error,
    signal: stop.signal,
    serve,
    withRegistry,
    preview,
    stdin,
    policy,
    withCluster,
    withInstallation,
  };
  // who reads may have had enough (`| head`): that is no fault
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const code = await runCli(process.argv.slice(2), deps);
  await Promise.all([process.stdout, process.stderr].map(written));
  process.exit(code); // at once: the Cassandra driver leaves timers behind that would keep the process for minutes
}

/** Resolves when all that was written has been taken, or nobody takes it any more: a pipe holds 64 KiB, and the rest waits here. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

if (import.meta.main) await main();
