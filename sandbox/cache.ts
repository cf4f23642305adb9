// Things that are made once and kept outside the checkout: one directory each, named after what went into it.
import { createHash } from "node:crypto";
import { access, mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { isAlive } from "./alive.ts";
import { type LockOptions, withLock } from "./lock.ts";

/** `LANDLORD_CACHE`, else `landlord` in the user's cache directory (XDG base directories, where relative paths do not count). */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  const { LANDLORD_CACHE: own, XDG_CACHE_HOME: xdg = "", HOME: home } = env;
  if (own) return resolve(own);
  return join(isAbsolute(xdg) ? xdg : join(home || homedir(), ".cache"), "landlord");
}

/** 16 hex digits that change when any ingredient does. */
export function cacheKey(ingredients: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const ingredient of ingredients) hash.update(`${Buffer.byteLength(ingredient)}:`).update(ingredient);
  return hash.digest("hex").slice(0, 16);
}

export interface CacheEntry extends LockOptions {
  /** Where entries of this kind lie. */
  directory: string;
  key: string;
  /** What a complete entry holds. */
  files: readonly string[];
  /** Puts the files into the empty directory that it is given. */
  make: (staging: string) => Promise<void>;
}

/** The path of a complete entry; makes it if it is not there. A failed or interrupted `make` leaves no entry. */
export async function cached(entry: CacheEntry): Promise<string> {
  const path = join(entry.directory, entry.key);
  if ((await missingFiles(path, entry.files)).length === 0) return path;
  await mkdir(entry.directory, { recursive: true });
  const makeOnce = async (): Promise<void> => {
    if ((await missingFiles(path, entry.files)).length > 0) await makeEntry(entry, path);
  };
  await withLock(join(entry.directory, `.${entry.key}.lock`), makeOnce, entry);
  return path;
}

/** Which of `files` the directory does not have. */
export async function missingFiles(directory: string, files: readonly string[], mode?: number): Promise<string[]> {
  const look = (file: string): Promise<string[]> =>
    access(join(directory, file), mode).then(
      () => [],
      () => [file],
    );
  return (await Promise.all(files.map(look))).flat();
}

async function makeEntry({ directory, key, files, make }: CacheEntry, path: string): Promise<void> {
  await sweepStaging(directory, key);
  const staging = join(directory, `.${key}.${process.pid}`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging);
  try {
    await make(staging);
    const missing = await missingFiles(staging, files);
    if (missing.length > 0) throw new Error(`make cache entry ${path}: ${missing.join(", ")} did not come out`);
    await rm(path, { recursive: true, force: true }); // an entry that somebody took files out of
    await rename(staging, path);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What processes left that died while they made this entry. */
async function sweepStaging(directory: string, key: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = name.startsWith(`.${key}.`) ? Number(name.slice(key.length + 2)) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) await rm(join(directory, name), { recursive: true, force: true });
  }
}
