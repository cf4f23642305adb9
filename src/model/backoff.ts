// How long to wait before the next try.

export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/** Full jitter: anywhere between 0 and the capped exponential, so that many waiters do not come back together. `attempt` counts from 0. */
export function fullJitter(attempt: number, { baseMs, maxMs }: Backoff, random: () => number = Math.random): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(random() * ceiling);
}
