// Reads and writes the baseline's store, brings what it holds together with what is known here, and says whether that is the newest there is.
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { type Baseline, type BaselineStore, merged, NO_BASELINE } from "./baseline.ts";
import type { Override } from "./override.ts";

export interface Found {
  baseline: Baseline;
  override: Override | undefined;
  /** False: the store could not be read, and this is only what is known here. */
  isRead: boolean;
}

export interface BaselineAccess {
  /** Rejects if the store is shared and cannot be read: what others have served is not known then. */
  find(known: Baseline | undefined, signal: AbortSignal): Promise<Found>;
  /** False: somebody was faster, find again. Rejects if the store is shared and cannot be written. */
  write(next: Baseline, signal: AbortSignal): Promise<boolean>;
  /** This version is the highest that was ever recorded, as far as half a second ago. Always true where nobody else records. */
  isNewest(version: number): boolean;
  /** The store holds exactly this one. */
  isStored(baseline: Baseline): boolean;
  /** Resolves when no replica can still be answering with a version older than the newest. */
  whenSettled(): Promise<void>;
  /** The store has not been read since the start: whether a key is new cannot be told. */
  isUnread(): boolean;
  /** What was found has been taken over. */
  markRead(): void;
}

/**
 * For so long a replica relies on what it has read. A new version is served only after this time, when no other replica
 * relies on the version before: so no answer is ever followed by an older one.
 */
const RELY_MS = 500;
/** Above it: timers round. */
const SETTLE_MS = 600;

export function createBaselineAccess(options: {
  store: BaselineStore;
  clock: Clock;
  log: Log;
  metrics: Pick<Metrics, "generatorBaselineErrors">;
}): BaselineAccess {
  const { store, clock, log, metrics } = options;
  /** What the store holds, as far as is known. */
  let stored: Baseline | undefined;
  let stamp: string | undefined;
  let isUnread = false;
  let newest = -1;
  let readAt = Number.NEGATIVE_INFINITY;
  let settling: PromiseWithResolvers<void> | undefined;
  let cancelSettling: (() => void) | undefined;

  function see(version: number, at: number): void {
    readAt = at;
    if (!store.shared || version <= newest) return;
    newest = version;
    settling ??= Promise.withResolvers();
    cancelSettling?.();
    cancelSettling = clock.after(SETTLE_MS, () => {
      settling?.resolve();
      settling = undefined;
    });
  }

  /** What is to be gone on with, and what of it the store holds already. */
  function reconcile(found: Baseline | undefined, known: Baseline | undefined): [Baseline, Baseline | undefined] {
    if (known === undefined) return [found ?? NO_BASELINE, found];
    if (found === undefined) return [known, undefined];
    if (isUnread) return [merged(found, known), found];
    if (!store.shared) return [known, stored];
    const isLost = found.version < known.version || (found.version === known.version && found.hash !== known.hash);
    if (isLost) return [merged(found, known), found]; // and begun anew by somebody who knew nothing of it
    const whole = withRows(found, known);
    return [whole, whole];
  }

  return {
    async find(known, signal) {
      const began = clock.now();
      try {
        const found = await store.read(signal);
        const [baseline, held] = reconcile(found.baseline, known);
        stored = held;
        ({ stamp } = found);
        see(found.baseline?.version ?? 0, began);
        return { baseline, override: found.override, isRead: true };
      } catch (error) {
        metrics.generatorBaselineErrors.inc({ operation: "read" });
        if (store.shared) throw new Error(`read baseline from ${store.name}`, { cause: error });
        isUnread ||= known === undefined;
        log.error({ store: store.name, isUnread, error: describe(error) }, "baseline cannot be read");
        return { baseline: known ?? NO_BASELINE, override: undefined, isRead: false };
      }
    },

    async write(next, signal) {
      if (next === stored || isUnread) return true; // what cannot be read is not written over
      const began = clock.now();
      try {
        const written = await store.write(next, stamp, signal);
        if (written === undefined) return false;
        stamp = written;
        stored = next;
        see(next.version, began);
      } catch (error) {
        metrics.generatorBaselineErrors.inc({ operation: "write" });
        if (store.shared) throw new Error(`write baseline to ${store.name}`, { cause: error });
        // a file is ours alone: what it holds is older, and so guards no less
        log.error({ store: store.name, error: describe(error) }, "baseline cannot be written");
      }
      return true;
    },

    isNewest(version) {
      if (!store.shared) return true;
      const age = clock.now() - readAt;
      const isFresh = age >= 0 && age <= RELY_MS; // a clock that was set back makes a negative age
      return isFresh && settling === undefined && version === newest && stored?.version === newest;
    },

    isStored: (baseline) => baseline === stored,
    whenSettled: () => settling?.promise ?? Promise.resolve(),
    isUnread: () => isUnread,
    markRead: () => void (isUnread = false),
  };
}

/** Rows for which there was no room in the store are taken from what is known here. */
function withRows(found: Baseline, known: Baseline): Baseline {
  if (found === known) return found;
  const served = new Set(Array.from(found.keys.values(), (entry) => entry.served));
  const isServed = (id: string): boolean => [...served].some((ids) => ids.has(id));
  const missing = [...known.rows].filter(([id]) => !found.rows.has(id) && isServed(id));
  return missing.length === 0 ? found : { ...found, rows: new Map([...found.rows, ...missing]) };
}
