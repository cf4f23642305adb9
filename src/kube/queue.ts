// Keys to be worked on, each by one worker at a time. Merges equal keys, retries with back-off, bounds what runs side by side.
// Knows nothing of what a key means, and keeps nothing over a restart: the watch's first list fills it again.
import type { Metrics } from "../metrics.ts";
import type { Backoff } from "../model/backoff.ts";
import type { Clock } from "../model/clock.ts";
import { describe, TerminalError, WaitError } from "../model/errors.ts";
import type { Log, LogFields } from "../model/log.ts";
import { createDeadline } from "./deadline.ts";
import { createLanes, type Lane } from "./queue-lanes.ts";
import { type RunResult, type Verdict, verdictOfError, verdictOfResult } from "./queue-verdict.ts";

export type { Lane };

export interface Queue {
  /** Runs the key as soon as there is room; in hand already: once more afterwards; after failures: see queue-verdict.ts. */
  add(key: string, lane?: Lane): void;
  /** Runs the key after `ms` at the latest; any earlier run takes its place. */
  addAfter(key: string, ms: number): void;
  /** Drops all that is known of the key; if it is in hand, it is finished but not run again. */
  forget(key: string): void;
  /** Keys that wait for room, those that wait for a time not counted. */
  depth(): number;
  /** Takes no new keys and waits for those in hand; `hurry` aborts them. */
  drain(hurry?: AbortSignal): Promise<void>;
}

export interface QueueOptions {
  name: string;
  concurrency: number;
  /** `signal` is aborted when the deadline has passed or a drain is in a hurry. */
  process: (key: string, signal: AbortSignal) => Promise<RunResult>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  backoff?: Backoff;
  random?: () => number;
  /** Log fields of a key; `{ key }` unless told. */
  describeKey?: (key: string) => LogFields;
  /** Bound of one run, 60 s unless told. */
  deadlineMs?: number;
}

interface Entry {
  /** Failures in a row. */
  failures: number;
  /** No run before this, however fresh the key: after a failure, or in a rest that a run has asked for. */
  notBefore: number;
  inHand: boolean;
  /** Added while in hand. */
  again: Lane | undefined;
  /** Forgotten while in hand. */
  forgotten: boolean;
  timer: { due: number; cancel: () => void } | undefined;
}

const BACKOFF: Backoff = { baseMs: 250, maxMs: 60_000 };
const DEADLINE_MS = 60_000;
/** Runs that find all as it should be end at once: ten thousand of them in one turn of the event loop would hold admission up for a second. */
const RUNS_A_TURN = 16;

export function createQueue(options: QueueOptions): Queue {
  const { name, clock, log, metrics, backoff = BACKOFF, random = Math.random, deadlineMs = DEADLINE_MS } = options;
  const describeKey = options.describeKey ?? ((key: string) => ({ key }));
  const entries = new Map<string, Entry>();
  const lanes = createLanes({ clock, queue: name, metrics });
  const hurried = new AbortController();
  const idle = Promise.withResolvers<void>();
  let inHand = 0;
  let begunThisTurn = 0;
  let draining = false;
  let filling = false;

  function entryOf(key: string): Entry {
    const known = entries.get(key);
    if (known !== undefined) return known;
    const entry = { failures: 0, notBefore: 0, inHand: false, again: undefined, forgotten: false, timer: undefined };
    entries.set(key, entry);
    return entry;
  }

  function ready(key: string, entry: Entry, lane: Lane): void {
    clearTimer(entry);
    lanes.put(key, lane);
    fillSoon();
  }

  /** Sets the key's time, unless an earlier one is set. */
  function schedule(key: string, entry: Entry, due: number): void {
    if (draining || lanes.has(key)) return;
    if (entry.timer !== undefined && entry.timer.due <= due) return;
    clearTimer(entry);
    entry.timer = { due, cancel: clock.after(Math.max(due - clock.now(), 0), () => elapsed(key, entry)) };
  }

  function elapsed(key: string, entry: Entry): void {
    entry.timer = undefined;
    if (entry.inHand) entry.again = "fresh";
    else ready(key, entry, "fresh");
  }

  /** Later in this turn, so that adds in a row are merged and the fresh among them go first. */
  function fillSoon(): void {
    if (filling) return;
    filling = true;
    queueMicrotask(() => {
      filling = false;
      fill();
    });
  }

  function fill(): void {
    while (inHand < options.concurrency && begunThisTurn < RUNS_A_TURN) {
      const key = draining ? undefined : lanes.take();
      if (key === undefined) return;
      if (begunThisTurn++ === 0) setImmediate(nextTurn);
      const entry = entryOf(key);
      entry.inHand = true;
      inHand++;
      void run(key, entry);
    }
  }

  function nextTurn(): void {
    begunThisTurn = 0;
    fill();
  }

  async function run(key: string, entry: Entry): Promise<void> {
    const startedAt = clock.now();
    const deadline = createDeadline({ ms: deadlineMs, clock, signal: hurried.signal });
    let verdict: Verdict;
    try {
      verdict = verdictOfResult(await options.process(key, deadline.signal));
    } catch (error) {
      verdict = verdictOfError(error, { failures: entry.failures, backoff, random });
      report(key, verdict, error);
    }
    deadline.clear();
    metrics.reconcileSeconds.observe({ queue: name }, (clock.now() - startedAt) / 1000);
    metrics.reconciles.inc({ queue: name, outcome: verdict.outcome });
    inHand--;
    entry.inHand = false;
    settle(key, entry, verdict);
    fillSoon();
    if (draining && inHand === 0) idle.resolve();
  }

  function settle(key: string, entry: Entry, verdict: Verdict): void {
    if (entry.forgotten || draining) return drop(key, entry);
    const { again } = entry;
    const now = clock.now();
    entry.again = undefined;
    entry.failures = verdict.failures;
    entry.notBefore = now + verdict.gapMs;
    if (verdict.failures > 0) {
      metrics.queueRetries.inc({ queue: name });
      clearTimer(entry);
      schedule(key, entry, again === "fresh" ? entry.notBefore : now + (verdict.afterMs ?? 0));
    } else if (verdict.gapMs > 0) {
      clearTimer(entry);
      schedule(key, entry, entry.notBefore);
    } else if (again !== undefined) {
      ready(key, entry, again);
    } else if (verdict.afterMs !== undefined) {
      schedule(key, entry, now + verdict.afterMs);
    } else if (entry.timer === undefined) {
      // nothing left to do: no memory is kept
      drop(key, entry);
    }
  }

  function report(key: string, { failures, afterMs }: Verdict, error: unknown): void {
    const fields = { queue: name, ...describeKey(key), error: describe(error) };
    if (error instanceof WaitError) log.debug({ ...fields, afterMs }, "reconcile waits");
    else if (error instanceof TerminalError) log.warn(fields, "reconcile failed for good");
    else log.warn({ ...fields, failures, afterMs }, "reconcile failed");
  }

  function drop(key: string, entry: Entry): void {
    clearTimer(entry);
    lanes.remove(key);
    entries.delete(key);
  }

  return {
    add(key, lane = "fresh") {
      if (draining) return;
      const entry = entryOf(key);
      if (entry.inHand) {
        if (entry.again !== "fresh") entry.again = lane;
        entry.forgotten = false;
      } else if (entry.failures === 0 && entry.notBefore <= clock.now()) {
        ready(key, entry, lane);
      } else if (lane === "fresh") {
        schedule(key, entry, entry.notBefore);
      }
      // else: its next run is set already, and a resync has nothing new to say
    },
    addAfter(key, ms) {
      if (draining) return;
      const entry = entryOf(key);
      entry.forgotten = false;
      schedule(key, entry, Math.max(clock.now() + ms, entry.notBefore));
    },
    forget(key) {
      const entry = entries.get(key);
      if (entry === undefined) return;
      if (!entry.inHand) return drop(key, entry);
      clearTimer(entry);
      entry.forgotten = true;
      entry.again = undefined;
    },
    depth: () => lanes.size(),
    async drain(hurry) {
      draining = true;
      for (const [key, entry] of entries) {
        if (entry.inHand) clearTimer(entry);
        else drop(key, entry);
      }
      if (inHand === 0) return;
      const abort = (): void => hurried.abort(hurry?.reason);
      if (hurry?.aborted === true) abort();
      hurry?.addEventListener("abort", abort, { once: true });
      await idle.promise;
      hurry?.removeEventListener("abort", abort);
    },
  };
}

function clearTimer(entry: Entry): void {
  entry.timer?.cancel();
  entry.timer = undefined;
}
