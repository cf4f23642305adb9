// Small files that are replaced together, such as those of a Secret's volume, read so that all of them are of one moment.
import { readFile } from "node:fs/promises";
import { type Clock, delay } from "../model/clock.ts";
import { fileFault } from "../model/file-fault.ts";

/** Somebody who copies files one by one is done within this time, or is seen not to be. */
const SETTLE_MS = 200;
const ATTEMPTS = 10;

/** The texts, in the order of `paths`, once two readings in a row are equal; rejects, naming the file, if one cannot be read. */
export async function readSettled(
  paths: readonly string[],
  { clock, signal = new AbortController().signal }: { clock: Clock; signal?: AbortSignal },
): Promise<string[]> {
  let before = await readAll(paths);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await delay(SETTLE_MS, clock, signal);
    const now = await readAll(paths);
    if (now.every((text, index) => text === before[index])) return now;
    before = now;
  }
  throw new Error(`read ${paths.join(", ")}: they keep changing`);
}

const readAll = (paths: readonly string[]): Promise<string[]> => Promise.all(paths.map(read));

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new Error(`read ${path}: ${fileFault(cause)}`, { cause });
  }
}
