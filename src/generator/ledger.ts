// What is served now, and how that changes: a scan is judged, its outcome recorded in the baseline's store, and only then does it take the place of the last.
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import { advance, begin, isLost } from "./advance.ts";
import { type Answers, createAnswers } from "./answers.ts";
import { type Baseline, type BaselineStore, dayOf, MAX_KEYS } from "./baseline.ts";
import { createBaselineAccess, type Found } from "./baseline-access.ts";
import type { GuardSettings } from "./guard.ts";
import { type AnswerKey, canonical } from "./input.ts";
import { accepts } from "./override.ts";
import { describeRefusal, GeneratorError, type Refusal } from "./refusal.ts";
import { createRefusals, type RefusalReport } from "./refusals.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Served {
  baseline: Baseline;
  snapshot: Snapshot;
  /** When the last complete scan ended that gave this content. */
  completedAt: number;
  answers: Answers;
}

export interface LedgerOptions {
  store: BaselineStore;
  settings: { guard: GuardSettings; paramsOverride: boolean };
  clock: Clock;
  log: Log;
  metrics: Metrics;
  report?: ((refusal: RefusalReport) => void) | undefined;
  /** Some answer has changed by what this process has recorded; must not throw. */
  onChange: (served: Served) => void;
}

export interface Ledger {
  current(): Served | undefined;
  /** Takes a snapshot and makes it what is served. Rejects, and leaves all as it was, if it cannot be taken or not be recorded. */
  record(take: () => Promise<Snapshot>, signal: AbortSignal): Promise<void>;
  /** True if `version` may be served now: no replica has recorded a newer one, nor can answer with an older one. */
  isNewest(version: number): boolean;
  /** Waits until that can be told. False: another replica has recorded something newer, record again. Rejects if it cannot be told. */
  confirm(signal: AbortSignal): Promise<boolean>;
  /** Begins the baseline of a key. Throws GeneratorError 503 if its first answer cannot be trusted; false: confirm again. */
  register(key: AnswerKey, signal: AbortSignal): Promise<boolean>;
  /** Looks whether an operator has accepted what is refused; true if so, and it is served. */
  reconsider(signal: AbortSignal): Promise<boolean>;
}

/** So often at most the store is asked whether something was accepted. */
const RECONSIDER_MS = 1_000;
const ATTEMPTS = 3;

export function createLedger(options: LedgerOptions): Ledger {
  const { store, settings, clock, log, metrics, report, onChange } = options;
  const exclusively = createTurns();
  const access = createBaselineAccess({ store, clock, log, metrics });
  const refusals = createRefusals({ mode: settings.guard.mode, log, metrics, report });
  /** Days on which keys were asked for. */
  const asked = new Map<string, number>();
  let served: Served | undefined;
  let reconsideredAt = Number.NEGATIVE_INFINITY;

  /** What the store holds. Other replicas add keys without a new version: they are taken over at once. */
  async function find(signal: AbortSignal): Promise<Found> {
    const found = await access.find(served?.baseline, signal);
    if (served?.baseline.version === found.baseline.version) serve({ ...served, baseline: found.baseline });
    return found;
  }

  function serve(next: Omit<Served, "answers">): void {
    const { baseline, snapshot } = next;
    const isSame = served?.snapshot === snapshot && served.baseline.version === baseline.version;
    const rows = { snapshot, rows: baseline.rows, paramsOverride: settings.paramsOverride };
    served = { ...next, answers: isSame && served !== undefined ? served.answers : createAnswers(rows) };
    for (const name of asked.keys()) if (!baseline.keys.has(name)) asked.delete(name);
    metrics.generatorSnapshotVersion.set(baseline.version);
    metrics.generatorHeldTenants.set(baseline.rows.size);
    refusals.settle(baseline);
  }

  /** What is served may hold keys that were registered since, or what another replica has recorded since. */
  const newer = (found: Baseline): Baseline =>
    served !== undefined && served.baseline.version >= found.version ? served.baseline : found;

  /** Judges a snapshot against what was found, records the outcome and serves it. False: somebody else has recorded meanwhile. */
  async function step(found: Found, next: Omit<Served, "answers" | "baseline">, signal: AbortSignal): Promise<boolean> {
    const { snapshot } = next;
    if (found.isRead) access.markRead();
    const accepted = accepts(found.override, snapshot.hash, clock.now());
    const guard = { settings: settings.guard, accepted, asked, today: dayOf(clock.now()) };
    const judged = advance(found.baseline, { ...guard, snapshot, previous: served?.snapshot });
    if (!(await access.write(judged.baseline, signal))) return false;
    serve({ ...next, baseline: judged.baseline });
    for (const { key, refusal } of judged.refusals) refusals.tell(key, refusal, snapshot.hash);
    const { version } = judged.baseline;
    if (version === found.baseline.version || served === undefined) return true;
    const fields = { version, hash: snapshot.hash, tenants: snapshot.rows.size, bad: snapshot.bad.size };
    if (accepted) log.warn(fields, "snapshot recorded past the guard: an operator has accepted it");
    else log.info(fields, "snapshot recorded");
    if (judged.answersChanged) onChange(served);
    return true;
  }

  /** One scan: from what the store held before it to what is served after it. */
  async function attempt(take: () => Promise<Snapshot>, signal: AbortSignal): Promise<boolean> {
    const before = await exclusively(() => find(signal));
    const taken = await take();
    const completedAt = clock.now();
    return exclusively(async () => {
      let found = before;
      for (let tries = 0; tries < ATTEMPTS; tries++) {
        const snapshot = served?.snapshot.hash === taken.hash ? served.snapshot : taken;
        const baseline = newer(found.baseline);
        if (baseline.version !== before.baseline.version && access.isStored(baseline)) {
          // recorded by another replica: equal content was judged already, other content may be newer than ours
          if (baseline.hash !== snapshot.hash) return false;
          serve({ baseline, snapshot, completedAt });
          return true;
        }
        if (await step({ ...found, baseline }, { snapshot, completedAt }, signal)) return true;
        found = await find(signal);
      }
      return false;
    });
  }

  function untrusted(key: AnswerKey, { hash, rows }: Snapshot): GeneratorError {
    const reason = rows.size === 0 ? "empty-table" : "nothing-left";
    const refusal: Refusal = { reason, removals: 0, of: 0, allowed: 0 };
    refusals.tell(key, refusal, hash);
    return new GeneratorError(503, describeRefusal(refusal, hash));
  }

  return {
    current: () => served,

    async record(take, signal) {
      for (let tries = 0; tries < ATTEMPTS; tries++) if (await attempt(take, signal)) return;
      throw new Error(`record snapshot: other replicas were faster ${ATTEMPTS} times`);
    },

    isNewest: (version) => access.isNewest(version),

    async confirm(signal) {
      if (served !== undefined && access.isNewest(served.baseline.version)) return true;
      await access.whenSettled();
      return exclusively(async () => {
        if (served !== undefined && access.isNewest(served.baseline.version)) return true;
        const { baseline } = await find(signal);
        if (served === undefined) return false;
        const isRecorded = baseline.hash === served.snapshot.hash && baseline.version > served.baseline.version;
        if (isRecorded && access.isStored(baseline)) serve({ ...served, baseline });
        return served.baseline.version === baseline.version && access.isStored(baseline);
      });
    },

    register: (key, signal) =>
      exclusively(async () => {
        const name = canonical(key);
        const today = dayOf(clock.now());
        asked.set(name, today);
        for (let tries = 0; tries < ATTEMPTS && served !== undefined; tries++) {
          const { baseline, snapshot } = served;
          if (baseline.keys.has(name)) return true;
          if (baseline.keys.size >= MAX_KEYS) throw new GeneratorError(503, `more than ${MAX_KEYS} different inputs`);
          const next = begin(baseline, { key, snapshot, isTrusted: !access.isUnread(), today });
          if (next === undefined) throw untrusted(key, snapshot);
          if (await access.write(next, signal)) {
            serve({ ...served, baseline: next });
            return true;
          }
          if ((await find(signal)).baseline.version !== baseline.version) return false;
        }
        return false;
      }),

    reconsider: (signal) =>
      exclusively(async () => {
        const age = clock.now() - reconsideredAt;
        if (served === undefined || (age >= 0 && age < RECONSIDER_MS)) return false;
        reconsideredAt = clock.now();
        const { snapshot, completedAt } = served;
        const isRefused = [...served.baseline.keys.values()].some(({ refusal }) => refusal !== undefined);
        if (!isRefused && !isLost(served.baseline, snapshot)) return false;
        const found = await find(signal);
        if (found.baseline.version !== served.baseline.version) return false;
        if (!accepts(found.override, snapshot.hash, clock.now())) return false;
        return step(found, { snapshot, completedAt }, signal);
      }),
  };
}

/** One after the other, in the order in which they came. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
