// One process of the sandbox: its log in a file, a loud death, a stop that always ends.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Program, RunningProcess } from "./part.ts";
import { MARK } from "./sweep.ts";

const TAIL_LINES = 20;
const LOOK_MS = 50;
const READY_LIMIT_MS = 120_000;
const GRACE_MS = 5000;

/** A process that ended by itself; the message has how, and the end of its log. */
export class ProcessFailed extends Error {
  override name = "ProcessFailed";
  readonly log: string;

  constructor(what: string, log: string, options?: ErrorOptions) {
    super(`${what}; the end of its log:\n${log}`, options);
    this.log = log;
  }
}

/**
 * Starts a program in the directory, in a session of its own and with next to nothing of our environment
 * (etcd takes settings from ETCD_*, kubectl from the user's home). It does not keep node running.
 */
export function startProcess(program: Program, directory: string): RunningProcess {
  const { name, command, args, env } = program;
  const logFile = join(directory, `${name}.log`);
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(command, args, {
    cwd: directory,
    detached: true,
    env: { ...bareEnvironment(directory), ...env },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
  let asked = false;
  let over = false;
  const tail = (): Promise<string> => tailOf(logFile);
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => undefined); // whoever cares waits for it; nobody has to
  const exited = new Promise<void>((resolve) => {
    const end = async (how: string, cause?: Error): Promise<void> => {
      over = true;
      resolve();
      if (!asked) reject(new ProcessFailed(`run ${name}: ${how}`, await tail(), { cause }));
    };
    child.once("error", (error) => void end("could not be started", error));
    child.once(
      "exit",
      (code, signal) => void end(signal === null ? `exited with code ${code}` : `killed by ${signal}`),
    );
  });
  return {
    name,
    pid: child.pid,
    alive: () => !over,
    stopping: () => asked,
    exited,
    failed,
    tail,
    async stop(graceMs = GRACE_MS) {
      asked = true;
      if (over) return;
      child.ref();
      if (graceMs > 0) signalGroup(child.pid, "SIGTERM");
      const late = setTimeout(() => signalGroup(child.pid, "SIGKILL"), graceMs);
      await exited;
      clearTimeout(late);
    },
  };
}

/** Looks every 50 ms until `probe` says yes; throws as soon as the process ends, or after two minutes. */
export async function whenReady(
  started: RunningProcess,
  probe: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  const given = { up: false };
  const look = async (): Promise<void> => {
    while (!given.up && !(await probe())) {
      signal.throwIfAborted();
      if (started.stopping()) throw new Error(`start ${started.name}: stopped before it was ready`);
      if (Date.now() > deadline)
        throw new ProcessFailed(`start ${started.name}: not ready in time`, await started.tail());
      await sleep(LOOK_MS);
    }
  };
  try {
    await Promise.race([look(), started.failed]);
  } finally {
    given.up = true;
  }
}

/** What a program of the sandbox gets to see of the environment. */
export const bareEnvironment = (directory: string): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  HOME: directory,
  TMPDIR: directory,
  [MARK]: directory,
});

/** The process and what it has started itself: it leads a group of its own. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // it is gone
  }
}

async function tailOf(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
}
