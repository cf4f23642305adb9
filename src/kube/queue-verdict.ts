// What follows from one run of a key: how it counts, and when the key runs again. Pure.
import { type Backoff, fullJitter } from "../model/backoff.ts";
import { TerminalError, WaitError } from "../model/errors.ts";
import { KubeError } from "./errors.ts";

/** What a run may say of itself; nothing is "done". `restMs`: not again before this, however fresh; and once more after it. */
export type RunResult = { requeueAfterMs?: number; restMs?: number; outcome?: "done" | "waiting" } | undefined;

export interface Verdict {
  outcome: "done" | "waiting" | "failed";
  /** Failures in a row, this one included; 0 unless it will be retried. */
  failures: number;
  /** After which the key runs again by itself; undefined: not before it is added. */
  afterMs?: number;
  /** For which even a fresh add waits. */
  gapMs: number;
}

/** Full jitter may say 0, and a failure that is repeated at once is a hot loop. */
const FLOOR_MS = 100;
/** An API server that is away is no fault of any key: none waits for a minute once it is back. */
const UNANSWERED_MS = 10_000;

export function verdictOfResult(result: RunResult): Verdict {
  const { outcome = "done", restMs, requeueAfterMs } = result ?? {};
  const afterMs = restMs ?? requeueAfterMs;
  return { outcome, failures: 0, gapMs: restMs ?? 0, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** `failures`: in a row before this one. Retry-After of the server is kept to, also by fresh adds. */
export function verdictOfError(
  error: unknown,
  options: { failures: number; backoff: Backoff; random: () => number },
): Verdict {
  if (error instanceof WaitError) return { outcome: "waiting", failures: 0, afterMs: error.afterMs, gapMs: 0 };
  if (error instanceof TerminalError) return { outcome: "failed", failures: 0, gapMs: 0 };
  const { failures: before, random } = options;
  const backoff = isUnanswered(error) ? capped(options.backoff, UNANSWERED_MS) : options.backoff;
  const asked = error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0;
  const afterMs = Math.max(FLOOR_MS, fullJitter(before, backoff, random), asked);
  const gapMs = Math.min(afterMs, Math.max(freshGap(before, backoff), asked));
  return { outcome: "failed", failures: before + 1, afterMs, gapMs };
}

/**
 * After one failure a fresh add runs at once: what changed is likely to have mended it. From then on the gap doubles, since a
 * failure that is written into the object's status comes back as a change of the object.
 */
function freshGap(before: number, { baseMs, maxMs }: Backoff): number {
  return before === 0 ? 0 : Math.min(maxMs, baseMs * 2 ** Math.min(before - 1, 30));
}

const isUnanswered = (error: unknown): boolean =>
  error instanceof KubeError && (error.status === 0 || error.status === 503);

const capped = ({ baseMs, maxMs }: Backoff, most: number): Backoff => ({ baseMs, maxMs: Math.min(maxMs, most) });
