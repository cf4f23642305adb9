// One `go build` of everything that a tools module lists, with a word every 15 seconds about how far it is.
import { type ChildProcess, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { createInterface } from "node:readline";
import type { Means } from "./part.ts";

const TICK_MS = 15_000;
const KEPT_LINES = 20;

export interface GoBuild {
  /** For the progress lines. */
  what: string;
  /** The directory of go.mod. */
  module: string;
  flags: readonly string[];
  env: Record<string, string>;
  /** The directory that the programs come to lie in. */
  output: string;
}

/** Runs the build at low priority; throws with the last lines that the compiler wrote. */
export async function goBuild(build: GoBuild, { env, log, signal }: Means): Promise<void> {
  const args = ["build", "-v", ...build.flags, "-o", `${build.output}/`, "tool"];
  const child = spawn("go", args, {
    cwd: build.module,
    env: { ...env, ...build.env, GOTMPDIR: build.output }, // what an interrupted build leaves goes with its output
    stdio: ["ignore", "ignore", "pipe"],
    signal,
    killSignal: "SIGINT", // go waits for its compilers then
  });
  lowerPriority(child.pid);
  const progress = createProgress(build.what);
  createInterface(child.stderr).on("line", progress.line);
  const tick = setInterval(() => log(progress.text()), TICK_MS);
  try {
    const code = await ended(child);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`build ${build.what}: go exited with ${code}:\n${progress.tail()}`);
  } finally {
    clearInterval(tick);
  }
}

/** Waits for the end also when the build is aborted: until then it may still write. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("close", resolve);
    child.once("error", (error) => {
      if (child.pid === undefined) reject(error);
    });
  });
}

export interface Progress {
  line: (line: string) => void;
  text: () => string;
  tail: () => string;
}

/** Reads what `go build -v` writes: `go: downloading …` lines, and the name of each package that it compiles. */
export function createProgress(what: string, now: () => number = Date.now): Progress {
  const started = now();
  const last: string[] = [];
  let packages = 0;
  return {
    line(line) {
      if (last.push(line) > KEPT_LINES) last.shift();
      if (!line.startsWith("go: ") && !line.startsWith("#")) packages++;
    },
    text() {
      const seconds = Math.round((now() - started) / 1000);
      const elapsed = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      const at = last.length === 0 ? "" : `, now ${last.at(-1)?.replace(/^go: /, "")}`;
      return `building ${what}: ${elapsed} min, ${packages} packages compiled${at}`;
    },
    tail: () => last.join("\n"),
  };
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // it ended at once, which its exit code will tell
  }
}
