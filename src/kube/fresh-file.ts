// A small file whose newest content is wanted again and again, such as a projected token. Not for large or many files.
import { readFile } from "node:fs/promises";
import type { Clock } from "../model/clock.ts";
import { fileFault } from "../model/file-fault.ts";
import { Sealed } from "../model/sealed.ts";

export interface FreshFile {
  /** The content without white space around it, at most a second old. */
  read(): Promise<Sealed>;
  /** Makes the next `read` look at the file. */
  invalidate(): void;
}

/**
 * Reads the whole file again after a second: cheaper than to be clever, and right when neither its time nor its size has
 * changed. A file that was there once and is not now keeps its last content: rotation may leave a gap.
 */
export function createFreshFile(options: { path: string; clock: Clock; freshMs?: number }): FreshFile {
  const { path, clock, freshMs = 1_000 } = options;
  let last: Sealed | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<Sealed> | undefined;

  async function load(): Promise<Sealed> {
    try {
      const content = (await readFile(path, "utf8")).trim();
      if (content === "") throw new Error("the file is empty");
      last = new Sealed(content);
    } catch (cause) {
      if (last === undefined) throw new Error(`read ${path}: ${fileFault(cause)}`, { cause });
    }
    readAt = clock.now();
    return last;
  }

  return {
    read() {
      const age = clock.now() - readAt;
      // a clock that was set back makes a negative age
      if (last !== undefined && age >= 0 && age < freshMs) return Promise.resolve(last);
      reading ??= load().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    invalidate() {
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}
