// Loaded into a Landlord process before everything else (`--import`): notes how long its main thread did not come round. Wall clock includes the
// time in which the machine ran something else; CPU does not. Gives it a Pod's files, too, where the sandbox has them.
import { appendFileSync, promises } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename, dirname, join } from "node:path";

/** One stretch between two turns of the event loop. */
export interface Stall {
  /** Milliseconds since 1970 at its end. */
  at: number;
  wallMs: number;
  /** Of the main thread. */
  cpuMs: number;
}

/** What is shorter is not noted. */
const LEAST_MS = 5;
const EVERY_MS = 1;
const FLUSH_MS = 200;
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

const { BENCH_STALLS, BENCH_POD_FILES } = process.env;
if (BENCH_STALLS !== undefined) watch(BENCH_STALLS);
if (BENCH_POD_FILES !== undefined) standInForAPod(BENCH_POD_FILES);

function watch(file: string): void {
  let wall = performance.now();
  let cpu = mainThreadMs();
  let lines = "";
  setInterval(() => {
    const [wallNow, cpuNow] = [performance.now(), mainThreadMs()];
    const stall: Stall = { at: Date.now(), wallMs: wallNow - wall, cpuMs: cpuNow - cpu };
    if (stall.wallMs >= LEAST_MS) lines += `${JSON.stringify(stall)}\n`;
    [wall, cpu] = [wallNow, cpuNow];
  }, EVERY_MS).unref();
  const flush = (): void => {
    if (lines !== "") appendFileSync(file, lines);
    lines = "";
  };
  setInterval(flush, FLUSH_MS).unref();
  process.once("exit", flush);
}

function mainThreadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Reading the cluster from a kubeconfig would cost a library that no Pod loads. */
function standInForAPod(directory: string): void {
  const { readFile } = promises;
  const moved: typeof readFile = ((path: unknown, ...rest: never[]) =>
    readFile(
      typeof path === "string" && dirname(path) === SERVICE_ACCOUNT
        ? join(directory, basename(path))
        : (path as string),
      ...rest,
    )) as typeof readFile; // oxlint-disable-line typescript/no-unsafe-type-assertion -- all overloads go through
  promises.readFile = moved;
  syncBuiltinESMExports();
}
