// The text of one file that others may be writing: read whole or not at all, and not again while it has not changed. What it means is not asked here.
import { type BigIntStats, constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { type Clock, delay } from "../model/clock.ts";
import { fileFault } from "../model/file-fault.ts";

export interface FileContent {
  text: string;
  /** Differs for every change of the file; a Kubernetes volume that is swapped behind a link changes it too. */
  identity: string;
}

export interface SettledRead {
  path: string;
  clock: Clock;
  signal: AbortSignal;
  /** How long a file that was written moments ago must stay as it is before it is believed. */
  settleMs: number;
}

/** A change within one tick of the file system's clock leaves no trace in its times: so young a file is looked at twice. */
const YOUNG_MS = 2_000;
const LOOKS = 50;
const MAX_BYTES = 32 * 2 ** 20;

/**
 * Reads the file unless `known` still is its content. An editor may empty the file and then write it: half a list is a legal
 * list, so that what is read counts only when the file has been left alone for `settleMs`.
 */
export async function readSettled(request: SettledRead, known?: FileContent): Promise<FileContent> {
  const { path, clock, signal, settleMs } = request;
  try {
    if (known !== undefined && identityOf(await stat(path, { bigint: true })) === known.identity) return known;
    for (let look = 0; look < LOOKS; look++) {
      const { bytes, stats } = await readOnce(path);
      const identity = identityOf(stats);
      // a clock that is behind the file system's makes a negative age: young as well
      if (clock.now() - Number(stats.ctimeMs) < YOUNG_MS) await delay(settleMs, clock, signal);
      signal.throwIfAborted();
      if (identityOf(await stat(path, { bigint: true })) === identity) return { text: decoded(bytes), identity };
    }
  } catch (cause) {
    throw new Error(`read ${path}: ${fileFault(cause)}`, { cause });
  }
  throw new Error(`read ${path}: it keeps changing`);
}

async function readOnce(path: string): Promise<{ bytes: Buffer; stats: BigIntStats }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a named pipe would wait for a writer
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new Error("it is not a file");
    if (stats.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    return { bytes: await file.readFile(), stats };
  } finally {
    await file.close();
  }
}

function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error("it is not UTF-8", { cause });
  }
}

/** True while nobody has changed the file since it was read. */
export async function isStill(path: string, content: FileContent): Promise<boolean> {
  return identityOf(await stat(path, { bigint: true })) === content.identity;
}
