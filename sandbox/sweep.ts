// Where sandboxes lie, and the removal of those whose owner is dead. The keeper does this at once; the sweep is for when
// the keeper was killed too, or the machine went down.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "./alive.ts";

const PREFIX = "landlord-sandbox-";
/** In the environment of everything that runs in a sandbox, with the sandbox's directory as its value. */
export const MARK = "LANDLORD_SANDBOX";

/** A new directory, mode 0700, that names the pid of its owner. */
export const createDirectory = (parent: string): Promise<string> => mkdtemp(join(parent, `${PREFIX}${process.pid}-`));

/** Ends the processes and removes the directories of sandboxes below `parent` whose owner is dead; gives the directories. */
export async function sweep(parent: string): Promise<string[]> {
  const abandoned = (directory: string): boolean => {
    const owner = ownerOf(parent, directory);
    return owner !== undefined && !isAlive(owner);
  };
  for (const pid of await processIds()) {
    const directory = await markOf(pid);
    if (directory !== undefined && abandoned(directory)) end(pid);
  }
  const directories = (await readdir(parent)).map((name) => join(parent, name)).filter(abandoned);
  // what belongs to another user stays
  for (const directory of directories)
    await rm(directory, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  return directories.filter((directory) => !existsSync(directory));
}

/** The pid in a sandbox directory's name; undefined for anything else. */
export function ownerOf(parent: string, directory: string): number | undefined {
  const prefix = join(parent, PREFIX);
  const pid = directory.startsWith(prefix) ? /^(\d+)-\w+$/.exec(directory.slice(prefix.length))?.[1] : undefined;
  return pid === undefined ? undefined : Number(pid);
}

/** By /proc; where there is none, the keeper is all there is. */
async function processIds(): Promise<number[]> {
  const names = await readdir("/proc").catch(() => []);
  return names.map(Number).filter((pid) => pid > 0);
}

async function markOf(pid: number): Promise<string | undefined> {
  const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""); // gone, or another user's
  const mark = environment.split("\0").find((entry) => entry.startsWith(`${MARK}=`));
  return mark?.slice(MARK.length + 1);
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it went by itself
  }
}
