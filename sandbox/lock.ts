// A lock between processes: a file that only one can create. Whoever holds it touches it now and then.
import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./alive.ts";
import { errorCode } from "./error-code.ts";

const TOUCH_MS = 10_000;
/** A lock untouched for so long is stale even if its pid is alive: pids are used again, and other machines may share the folder. */
const STALE_MS = 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;

export interface LockOptions {
  /** Called once if somebody else holds the lock. */
  onWait?: (pid: number) => void;
  /** Between two looks at a lock that is taken. */
  pause?: () => Promise<void>;
  signal?: AbortSignal;
}

/** Runs `task` while holding the lock file; waits for whoever holds it, and breaks it if its holder is dead. */
export async function withLock<T>(file: string, task: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const mine = `${process.pid} ${randomUUID()}\n`;
  await acquire(file, mine, options);
  const touch = setInterval(() => void touchFile(file), TOUCH_MS);
  touch.unref();
  try {
    return await task();
  } finally {
    clearInterval(touch);
    if ((await contentOf(file)) === mine) await rm(file, { force: true });
  }
}

async function acquire(file: string, mine: string, options: LockOptions): Promise<void> {
  const { pause = () => sleep(500), onWait, signal } = options;
  const deadline = Date.now() + LONGEST_WAIT_MS;
  let told = false;
  while (!(await create(file, mine))) {
    signal?.throwIfAborted();
    const seen = await contentOf(file);
    if (seen === undefined) continue;
    if (await isStale(file, seen)) {
      await breakLock(file, seen);
      continue;
    }
    if (Date.now() > deadline) throw new Error(`lock ${file}: still held after an hour`);
    if (!told) onWait?.(Number.parseInt(seen, 10));
    told = true;
    await pause();
  }
}

async function create(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw new Error(`lock ${file}: cannot create`, { cause: error });
  }
}

async function isStale(file: string, content: string): Promise<boolean> {
  const pid = Number.parseInt(content, 10);
  if (pid > 0 && !isAlive(pid)) return true;
  const touched = await stat(file).then(
    (found) => found.mtimeMs,
    () => Date.now(),
  );
  return Date.now() - touched > STALE_MS;
}

/** Two may find the same lock stale: the slower one must not take away the lock that the faster one has made since. */
async function breakLock(file: string, seen: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await contentOf(aside)) !== seen) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

const touchFile = (file: string): Promise<void> => utimes(file, new Date(), new Date()).catch(() => undefined);

const contentOf = (file: string): Promise<string | undefined> => readFile(file, "utf8").catch(() => undefined);
