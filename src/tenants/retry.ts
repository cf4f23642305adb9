// Trying again: full jitter between tries, few tries, one time limit over all of them. What is worth another try, errors say.
import { type Backoff, fullJitter } from "../model/backoff.ts";
import { type Clock, delay } from "../model/clock.ts";
import { TerminalError } from "../model/errors.ts";

export interface Patience {
  /** Tries in all, the first one included. */
  tries: number;
  backoff: Backoff;
  clock: Clock;
  random?: () => number;
}

/** Repeats `attempt` until it succeeds, throws TerminalError, or the tries are used up; an aborted `signal` ends it at once. */
export async function persist<T>(
  attempt: () => Promise<T>,
  {
    tries,
    backoff,
    clock,
    random,
    signal,
    onRetry,
  }: Patience & { signal: AbortSignal; onRetry: (error: unknown) => void },
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      if (signal.aborted) throw new Error("aborted", { cause: signal.reason });
      return await orAborted(attempt(), signal);
    } catch (error) {
      if (error instanceof TerminalError || signal.aborted || tried >= tries) throw error;
      onRetry(error);
      await delay(fullJitter(tried - 1, backoff, random), clock, signal);
      if (signal.aborted) throw error;
    }
  }
}

/** Rejects as soon as `signal` is aborted; the work itself goes on unseen. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new Error("aborted", { cause: signal.reason }));
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}

export interface TimeLimit {
  /** Aborted when the caller's is, or when the time is over. */
  signal: AbortSignal;
  over(): boolean;
  clear(): void;
}

export function timeLimit(ms: number, clock: Clock, signal: AbortSignal): TimeLimit {
  const time = new AbortController();
  const cancel = clock.after(ms, () => time.abort(new Error(`not done within ${ms} ms`)));
  return { signal: AbortSignal.any([signal, time.signal]), over: () => time.signal.aborted, clear: cancel };
}
