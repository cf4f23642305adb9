// A small shell that outlives whoever started the sandbox: when its standard input ends, it ends what is left and tidies up.
import { spawn } from "node:child_process";

// Each line replaces the list of pids, each of which leads a group. A process that was just killed may still be writing: hence more than one try to remove.
const SCRIPT = `
pids=
while IFS= read -r line; do pids=$line; done
for pid in $pids; do kill -s KILL -- "-$pid"; done 2>/dev/null
for try in 1 2 3 4 5; do
  rm -rf -- "$1" 2>/dev/null && break
  sleep 0.2
done`;

export interface Keeper {
  /** These are the processes to end, none else. */
  watch(pids: readonly number[]): void;
  /** Lets it finish: it ends what it watches and removes the directory. */
  end(): Promise<void>;
}

/** It lives in a process group of its own, so that Ctrl-C in a terminal does not reach it. */
export function startKeeper(directory: string): Keeper {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "landlord-keeper", directory], {
    detached: true,
    cwd: "/",
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  child.unref();
  child.stdin.on("error", () => undefined); // somebody killed it: the sweep at the next start makes up for it
  return {
    watch: (pids) => void child.stdin.write(`${pids.join(" ")}\n`),
    async end() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
