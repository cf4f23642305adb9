// The policy in a file, looked at again every few seconds. Compares content: a ConfigMap's volume is swapped behind a link, which no watch on the file sees.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { type Clock, delay } from "../model/clock.ts";
import { fileFault } from "../model/file-fault.ts";
import type { PolicySource, Reading } from "./source.ts";

export interface FileTiming {
  pollMs: number;
  /** How long new content must stay as it is: half of a file that is being written may be a policy, too. */
  settleMs: number;
}

const TIMING: FileTiming = { pollMs: 3_000, settleMs: 200 };
/** A byte more than a policy may have: enough to tell that it is too long. */
const MOST_BYTES = 2 ** 20 + 1;

export function createFilePolicy(options: { path: string; clock: Clock; timing?: FileTiming }): PolicySource {
  const { path, clock, timing: { pollMs, settleMs } = TIMING } = options;
  return {
    name: `file ${path}`,
    async run(signal, tell) {
      let told: Reading | undefined;
      while (!signal.aborted) {
        const found = await reading(path);
        if (!isDeepStrictEqual(found, told)) {
          await delay(settleMs, clock, signal);
          if (signal.aborted) return;
          if (!isDeepStrictEqual(found, await reading(path))) continue;
          told = found;
          tell(found);
        }
        await delay(pollMs, clock, signal);
      }
    },
  };
}

async function reading(path: string): Promise<Reading> {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(await beginning(path)) };
  } catch (error) {
    return { missing: error instanceof TypeError ? "it is not UTF-8" : fileFault(error) };
  }
}

/** The file's first bytes, which are all of it unless it is too long. */
async function beginning(path: string): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK); // a named pipe would wait for a writer
  try {
    const buffer = new Uint8Array(MOST_BYTES);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, MOST_BYTES - length);
      length += bytesRead;
      if (bytesRead === 0) return buffer.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}
