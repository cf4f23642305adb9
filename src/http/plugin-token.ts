// Who may ask the plugin endpoint: whoever knows the token in a file, which is re-read. Tokens are compared, never kept in the clear, logged or told.
import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Clock, delay } from "../model/clock.ts";
import { fileFault } from "../model/file-fault.ts";
import type { Log } from "../model/log.ts";

export interface TokenSource {
  /** The value of an Authorization header: exactly `Bearer <token>`, with a token that is in force. */
  accepts(authorization: string | undefined): boolean;
  /** For /readyz: there is a token that opens. */
  ready(): true | string;
  /** Reads the files now. `run` does so by itself; a door that opens before would turn everybody away. */
  reload(): Promise<void>;
  /** Reads the files again and again, until aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface TokenSourceOptions {
  path: string;
  /** A second token, accepted as long as its file holds one. */
  previousPath?: string | undefined;
  reloadMs: number;
  /** How long a token still opens after its file has changed, or has gone. */
  overlapMs: number;
  clock: Clock;
  log: Log;
}

/** SHA-256 of what the header must be. */
type Digest = Buffer;

export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { path, previousPath, reloadMs, overlapMs, clock, log } = options;
  const faults = new Map<string, string>();
  let current: Digest | undefined;
  /** The current token before the last change. */
  let last: { digest: Digest; until: number } | undefined;
  let previous: Digest | undefined;

  async function read(file: string): Promise<Digest | undefined> {
    try {
      const token = trimmed(await readFile(file, "utf8"));
      if (token === "") throw new Error("it holds no token");
      if (faults.delete(file)) log.info({ path: file }, "token file can be read again");
      return digestOf(Buffer.from(`Bearer ${token}`, "utf8"));
    } catch (error) {
      const fault = fileFault(error);
      if (faults.get(file) !== fault) log.error({ path: file, fault }, "token file cannot be used");
      faults.set(file, fault);
      return undefined;
    }
  }

  async function reload(): Promise<void> {
    const found = await read(path);
    if (current !== undefined && (found === undefined || !found.equals(current))) {
      last = { digest: current, until: clock.now() + overlapMs };
      log.info({ path, overlapMs }, found === undefined ? "token withdrawn" : "token changed");
    }
    current = found;
    previous = previousPath === undefined ? undefined : await read(previousPath);
  }

  function inForce(): Digest[] {
    const overlapping = last !== undefined && clock.now() < last.until ? last.digest : undefined;
    return [current, overlapping, previous].filter((digest) => digest !== undefined);
  }

  return {
    reload,

    accepts(authorization) {
      if (authorization === undefined) return false;
      // node:http gives a header's bytes as latin1; a token may be UTF-8
      const given = digestOf(Buffer.from(authorization, "latin1"));
      let matches = false;
      for (const digest of inForce()) if (timingSafeEqual(digest, given)) matches = true;
      return matches;
    },

    ready() {
      return inForce().length > 0 || `token file ${path}: ${faults.get(path) ?? "not read yet"}`;
    },

    async run(signal) {
      while (!signal.aborted) {
        await reload();
        await delay(reloadMs, clock, signal);
      }
    },
  };
}

const digestOf = (bytes: Buffer): Digest => createHash("sha256").update(bytes).digest();

/** White space around it, as Argo CD trims it as well; a byte order mark is not white space to either. */
const trimmed = (text: string): string => text.replaceAll(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
