// The authorities whose certificates callers must show, from a file that is re-read; what cannot be used changes nothing.
import { X509Certificate } from "node:crypto";
import { certificatesIn } from "../../certs/pem.ts";
import { type Clock, delay } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { readSettled } from "./settled-files.ts";

const LOOK_EVERY_MS = 2_000;

export interface FollowedAuthorities {
  /** PEM; undefined until the file could be used once. */
  current(): string | undefined;
  subscribe(listener: () => void): void;
  /** Resolves once `signal` is aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export function createCallerAuthorities(options: { path: string; clock: Clock; log: Log }): FollowedAuthorities {
  const { path, clock, log } = options;
  const listeners: (() => void)[] = [];
  let current: string | undefined;
  let fault: string | undefined;

  async function look(signal: AbortSignal): Promise<void> {
    try {
      const found = checked((await readSettled([path], { clock, signal }))[0] ?? "");
      fault = undefined;
      if (found === current) return;
      current = found;
      log.info({ path, authorities: certificatesIn(found).length }, "authorities of callers changed");
      for (const listener of listeners) listener();
    } catch (error) {
      const found = describe(error);
      if (found !== fault) log.error({ path, error: found }, "authorities of callers refused; those before stay");
      fault = found;
    }
  }

  return {
    current: () => current,
    subscribe: (listener) => void listeners.push(listener),
    async run(signal) {
      while (!signal.aborted) {
        await look(signal);
        await delay(LOOK_EVERY_MS, clock, signal);
      }
    },
  };
}

function checked(pem: string): string {
  const blocks = certificatesIn(pem);
  if (blocks.length === 0) throw new Error("there is no certificate in it");
  if (!blocks.every((block) => isAuthority(block))) throw new Error("not every certificate in it is an authority's");
  return blocks.join("");
}

function isAuthority(block: string): boolean {
  try {
    return new X509Certificate(block).ca;
  } catch {
    return false;
  }
}
