// Load at a fixed rate, whatever the answers take: a slow answer does not hold back the next request.
import { setTimeout as sleep } from "node:timers/promises";

export interface Rate {
  perSecond: number;
  /** Ends before, if `signal` is aborted. */
  seconds: number;
  signal?: AbortSignal;
}

/** Sends one after another when its time has come; resolves to all outcomes, in the order in which they were sent, when the last is there. Rejects with the first that fails. */
export async function openLoop<T>(
  send: (index: number) => Promise<T>,
  { perSecond, seconds, signal }: Rate,
): Promise<T[]> {
  const begun = performance.now();
  const outcomes: Promise<T>[] = [];
  for (let index = 0; index < perSecond * seconds; index++) {
    if (signal?.aborted === true) break;
    const wait = begun + (index * 1000) / perSecond - performance.now();
    if (wait > 0) await sleep(wait);
    const outcome = send(index);
    outcome.catch(() => undefined); // told by the last line
    outcomes.push(outcome);
  }
  return Promise.all(outcomes);
}
