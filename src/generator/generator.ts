// Answers what Argo CD asks: keeps a snapshot of the registry fresh, one scan at a time, and gives out what the guard lets pass - or an error, never less.
import { createDeadline } from "../kube/deadline.ts";
import type { Metrics } from "../metrics.ts";
import { type Backoff, fullJitter } from "../model/backoff.ts";
import { type Clock, delay } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import type { TenantRow } from "../tenants/row.ts";
import type { TenantStore } from "../tenants/store.ts";
import type { AnswerBytes } from "./answers.ts";
import type { BaselineStore } from "./baseline.ts";
import { createFlags } from "./flags.ts";
import type { GuardSettings } from "./guard.ts";
import { type AnswerKey, canonical, readKey } from "./input.ts";
import { createLedger, type Served } from "./ledger.ts";
import { describeRefusal, GeneratorError } from "./refusal.ts";
import type { RefusalReport } from "./refusals.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

export interface GeneratorSettings {
  refreshIntervalMs: number;
  /** An older snapshot is not served. */
  maxStaleMs: number;
  /** How long a request waits for a first, or the newest, snapshot: below the 30 s that Argo CD waits. */
  coldWaitMs: number;
  guard: GuardSettings;
  /** A param may overwrite the tenant's own fields, as in the plugin that this replaces. */
  paramsOverride: boolean;
}

export interface GeneratorAnswer extends AnswerBytes {
  snapshot: { id: string; ageMs: number; hash: string };
}

export interface Generator {
  /** Rejects with GeneratorError: 400 for an input that is wrong, 503 where no answer can be relied on. */
  answer(request: { applicationSetName: string; parameters: unknown }, signal: AbortSignal): Promise<GeneratorAnswer>;
  /** Takes snapshots on the interval, and when the store says that something has changed; resolves when aborted, never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Takes a snapshot now, or joins the scan that is under way. */
  refresh(): Promise<void>;
  /** For /readyz: there is a snapshot that may be served. */
  ready(): true | string;
  /** Tells of answers that have changed by a snapshot that this process took. */
  subscribe(listener: (snapshot: { id: string; hash: string }) => void): void;
  /** The tenant's row in the last complete scan, as it is there: the guard has no say in it. */
  row(tenantId: string): TenantRow | undefined;
  /** Tells that `row` may give something new, whoever has recorded it; also of the first snapshot. */
  subscribeRows(listener: () => void): void;
}

export interface GeneratorOptions {
  store: TenantStore;
  baseline: BaselineStore;
  settings: GeneratorSettings;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Called once for each new refusal, for an Event; must not throw. */
  report?: (refusal: RefusalReport) => void;
  random?: () => number;
}

/** After a scan that failed. Its ceiling is also how late a recovery is noticed. */
const BACKOFF: Backoff = { baseMs: 1_000, maxMs: 15_000 };
const BACKOFF_FLOOR_MS = 250;
/** A scan that takes longer has hung: 100,000 tenants take seconds. */
const SCAN_MS = 120_000;
/** Ways back to the beginning of one answer: each follows a change of what is served. */
const ROUNDS = 20;

export function createGenerator(options: GeneratorOptions): Generator {
  const { store, settings, clock, log, metrics, report, random = Math.random } = options;
  const listeners: ((snapshot: { id: string; hash: string }) => void)[] = [];
  const rowListeners: (() => void)[] = [];
  let seen: Snapshot | undefined;
  const stopping = new AbortController();
  const ledger = createLedger({
    store: options.baseline,
    settings,
    clock,
    log,
    metrics,
    report,
    onChange: ({ baseline }) => listeners.forEach((tell) => tell({ id: idOf(baseline), hash: baseline.hash })),
  });
  const first = Promise.withResolvers<void>();
  const flag = createFlags({ log, metrics });
  let refreshing: Promise<void> | undefined;
  let lastFailure: string | undefined;

  const refresh = (): Promise<void> =>
    (refreshing ??= scan().finally(() => {
      refreshing = undefined;
    }));

  async function scan(): Promise<void> {
    const startedAt = clock.now();
    const deadline = createDeadline({ ms: SCAN_MS, clock, signal: stopping.signal });
    try {
      await deadline.race(ledger.record(() => takeSnapshot(store, deadline.signal), deadline.signal));
      metrics.generatorScans.inc({ outcome: "complete" });
      metrics.generatorScanSeconds.observe((clock.now() - startedAt) / 1000);
      lastFailure = undefined;
      observe(ledger.current());
      first.resolve();
    } catch (error) {
      metrics.generatorScans.inc({ outcome: "failed" });
      lastFailure = describe(error);
      throw new Error(`take snapshot of ${store.name}`, { cause: error });
    } finally {
      deadline.clear();
    }
  }

  function observe(served: Served | undefined): void {
    if (served === undefined) return;
    metrics.generatorSnapshotTimestamp.set(served.completedAt / 1000);
    flag(served.snapshot);
    if (served.snapshot === seen) return;
    seen = served.snapshot;
    for (const tell of rowListeners) tell();
  }

  /** Undefined: something has changed meanwhile, begin again. */
  async function attempt(key: AnswerKey, served: Served, signal: AbortSignal): Promise<GeneratorAnswer | undefined> {
    refuseStale(served);
    if (!(await ledger.confirm(signal))) {
      await refresh();
      return undefined;
    }
    const isLost = served.snapshot.rows.size === 0;
    const refused = served.baseline.keys.get(canonical(key))?.refusal;
    if ((isLost || refused !== undefined) && (await ledger.reconsider(signal))) return undefined;
    if (!(await ledger.register(key, signal))) return undefined;

    const now = ledger.current();
    const entry = now?.baseline.keys.get(canonical(key));
    if (now === undefined || entry === undefined) return undefined;
    const { baseline, snapshot, answers } = now;
    if (entry.refusal !== undefined && settings.guard.mode === "fail") {
      throw new GeneratorError(503, describeRefusal(entry.refusal, snapshot.hash));
    }
    const bytes = await answers.of(entry);
    if (bytes === undefined) throw unknownTenants(snapshot.hash);
    const isStill = ledger.current()?.baseline.version === baseline.version;
    if (!isStill || !ledger.isNewest(baseline.version)) return undefined;
    return { ...bytes, snapshot: { id: idOf(baseline), ageMs: ageOf(now), hash: snapshot.hash } };
  }

  async function serve(key: AnswerKey, signal: AbortSignal): Promise<GeneratorAnswer> {
    await first.promise;
    for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
      const served = ledger.current();
      const answer = served === undefined ? undefined : await attempt(key, served, signal);
      if (answer !== undefined) return answer;
    }
    throw new GeneratorError(503, "the snapshot of the tenants changes too fast");
  }

  function refuseStale(served: Served): void {
    const age = ageOf(served);
    if (age <= settings.maxStaleMs) return;
    const [is, may] = [age, settings.maxStaleMs].map((ms) => Math.round(ms / 1000));
    throw new GeneratorError(503, `the last snapshot of the tenants is ${is} s old, and served for ${may} s only`);
  }

  /** A clock that was set back makes no negative age. */
  const ageOf = ({ completedAt }: Served): number => Math.max(0, clock.now() - completedAt);

  return {
    refresh,
    subscribe: (listener) => void listeners.push(listener),
    row: (tenantId) => ledger.current()?.snapshot.rows.get(tenantId),
    subscribeRows: (listener) => void rowListeners.push(listener),

    async answer(request, signal) {
      const key = readKey(request);
      const deadline = createDeadline({ ms: settings.coldWaitMs, clock, signal });
      try {
        return await deadline.race(serve(key, deadline.signal));
      } catch (error) {
        if (error instanceof GeneratorError) throw error;
        const why = ledger.current() === undefined ? "there is no snapshot of the tenants yet" : NOT_NEWEST;
        if (deadline.ended() === undefined) log.warn({ error: describe(error) }, "answer cannot be given");
        throw new GeneratorError(503, why, { cause: error });
      } finally {
        deadline.clear();
      }
    },

    async run(signal) {
      signal.addEventListener("abort", () => stopping.abort(signal.reason), { once: true });
      let woken = new AbortController();
      store.subscribe(() => woken.abort());
      for (let failures = 0; !signal.aborted; ) {
        woken = new AbortController();
        let waitMs = settings.refreshIntervalMs;
        try {
          await refresh();
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          waitMs = Math.max(BACKOFF_FLOOR_MS, fullJitter(failures++, BACKOFF, random));
          log.warn({ error: describe(error), waitMs }, "snapshot failed; what was served before stays");
        }
        await delay(waitMs, clock, AbortSignal.any([signal, woken.signal]));
      }
    },

    ready() {
      const served = ledger.current();
      if (served === undefined) return `no snapshot yet${lastFailure === undefined ? "" : `: ${lastFailure}`}`;
      const age = ageOf(served);
      const failed = lastFailure === undefined ? "" : `: ${lastFailure}`;
      return age <= settings.maxStaleMs || `the last snapshot is ${Math.round(age / 1000)} s old${failed}`;
    },
  };
}

const NOT_NEWEST = "it cannot be told whether the snapshot of the tenants is the newest";

const idOf = ({ version }: { version: number }): string => String(version);

function unknownTenants(hash: string): GeneratorError {
  const what = "tenants that were served before are not in the registry now, and not known since the last start";
  return new GeneratorError(503, `guard against mass deletion: ${what}; snapshot ${hash}`);
}
