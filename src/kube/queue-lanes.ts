// The keys of a queue that wait for room, in the order in which they are taken. Measures how many and how long.
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";

/** `fresh`: something has changed. `resync`: a look that things are still right; any fresh key goes first. */
export type Lane = "fresh" | "resync";

export interface Lanes {
  /** A key that waits already keeps its place; a fresh one leaves the resync lane. */
  put(key: string, lane: Lane): void;
  take(): string | undefined;
  has(key: string): boolean;
  remove(key: string): void;
  size(): number;
}

/** How often the age of the oldest key is told while none moves. */
const OBSERVE_MS = 10_000;

export function createLanes(options: { queue: string; clock: Clock; metrics: Metrics }): Lanes {
  const { queue, clock, metrics } = options;
  // key -> since when; a Map keeps the order in which keys came
  const fresh = new Map<string, number>();
  const resync = new Map<string, number>();
  let cancelTick: (() => void) | undefined;

  function observe(): void {
    const oldest = Math.min(first(fresh), first(resync));
    metrics.queueDepth.set({ queue }, fresh.size + resync.size);
    metrics.queueOldestSeconds.set({ queue }, Number.isFinite(oldest) ? Math.max(clock.now() - oldest, 0) / 1000 : 0);
    if (!Number.isFinite(oldest)) {
      cancelTick?.();
      cancelTick = undefined;
    } else {
      cancelTick ??= clock.after(OBSERVE_MS, () => {
        cancelTick = undefined;
        observe();
      });
    }
  }

  return {
    put(key, lane) {
      if (fresh.has(key)) return;
      const since = resync.get(key) ?? clock.now();
      if (lane === "fresh") {
        resync.delete(key);
        fresh.set(key, since);
      } else {
        resync.set(key, since);
      }
      observe();
    },
    take() {
      for (const lane of [fresh, resync]) {
        for (const key of lane.keys()) {
          lane.delete(key);
          observe();
          return key;
        }
      }
      return undefined;
    },
    has: (key) => fresh.has(key) || resync.has(key),
    remove(key) {
      if (fresh.delete(key) || resync.delete(key)) observe();
    },
    size: () => fresh.size + resync.size,
  };
}

function first(lane: Map<string, number>): number {
  for (const since of lane.values()) return since;
  return Number.POSITIVE_INFINITY;
}
