// Where the source `files` meets the file system: tls.crt, tls.key and ca.crt of one directory, looked at again every few seconds.
import { join } from "node:path";
import type { Pair } from "../../certs/files.ts";
import type { RefreshedSource } from "../../certs/source.ts";
import { type Clock, delay } from "../model/clock.ts";
import { readSettled } from "./settled-files.ts";

/** Links are swapped behind the names in a Secret's volume, which no watch on the files sees. */
const LOOK_EVERY_MS = 2_000;

/** The names are those of a Secret of type kubernetes.io/tls, as cert-manager fills it. */
export async function readPair(directory: string, clock: Clock): Promise<Pair> {
  const paths = ["tls.crt", "tls.key", "ca.crt"].map((name) => join(directory, name));
  const [certificate = "", key = "", ca = ""] = await readSettled(paths, { clock });
  return { certificate, key, ca };
}

/** Has `source` look again and again, until aborted. */
export async function followFiles(
  source: Pick<RefreshedSource, "refresh">,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await source.refresh();
    await delay(LOOK_EVERY_MS, clock, signal);
  }
}
