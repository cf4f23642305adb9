// Chance that can be repeated: the same seed gives the same numbers.

export interface Chance {
  /** From 0 up to, but not, 1. */
  next(): number;
  /** A whole number from 0 up to, but not, `below`. */
  below(below: number): number;
  /** True in `part` of all cases. */
  happens(part: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32 */
export function seeded(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { next, below, happens: (part) => next() < part, pick: (items) => items[below(items.length)]! };
}
