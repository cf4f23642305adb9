// A generator over a registry and a baseline in memory, with a clock that stands still; several of them are replicas, or one that was started again.
import { setTimeout as sleep } from "node:timers/promises";
import { createGenerator, type GeneratorSettings } from "../../src/generator/generator.ts";
import { GeneratorError } from "../../src/generator/refusal.ts";
import type { RefusalReport } from "../../src/generator/refusals.ts";
import { createMetrics } from "../../src/metrics.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLog } from "./log.ts";
import { createMemoryBaseline, type MemoryBaseline } from "./memory-baseline.ts";
import { createMemoryTenantStore, FIVE_ROWS, type MemoryTenantStore } from "./memory-store.ts";

export const SECOND = 1_000;
export const SETTINGS: GeneratorSettings = {
  refreshIntervalMs: 30 * SECOND,
  maxStaleMs: 300 * SECOND,
  coldWaitMs: 20 * SECOND,
  guard: { mode: "hold", maxRemovals: 5, maxPercent: 10, scans: 2 },
  paramsOverride: false,
};
export const CANADA = { filterLabelKey: "region", filterLabelValue: "ca-central-1" };

export interface World {
  store: MemoryTenantStore;
  baseline: MemoryBaseline;
  clock: TestClock;
}

export function world({ shared = false } = {}): World {
  const store = createMemoryTenantStore();
  for (const row of FIVE_ROWS) store.rows.set(row.ok ? row.row.tenantId : "", row);
  return { store, baseline: createMemoryBaseline({ shared }), clock: createTestClock() };
}

/** A generator in this world; a second one is a replica, or the same one after a restart. */
export function generatorIn({ store, baseline, clock }: World, settings: Partial<GeneratorSettings> = {}) {
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const reports: RefusalReport[] = [];
  const generator = createGenerator({
    store,
    baseline,
    clock,
    log,
    metrics,
    random: () => 1,
    settings: { ...SETTINGS, ...settings },
    report: (refusal) => void reports.push(refusal),
  });
  const answer = (parameters?: unknown, applicationSetName = "tenants") =>
    generator.answer({ applicationSetName, parameters }, new AbortController().signal);
  /** What a caller gets, while time passes. */
  const settled = async (parameters?: unknown, name?: string): Promise<{ tenantId: string }[] | string> => {
    const asked = answer(parameters, name).then(
      ({ body }) => JSON.parse(String(body)).output.parameters,
      (error: unknown) =>
        error instanceof GeneratorError ? `${error.status} ${error.message}` : Promise.reject(error),
    );
    return baseline.shared ? whileTimePasses(clock, asked) : asked; // only replicas wait for time to pass
  };
  const ids = async (parameters?: unknown, name?: string): Promise<string[] | string> => {
    const got = await settled(parameters, name);
    return typeof got === "string" ? got : got.map(({ tenantId }) => tenantId);
  };
  /** Refreshes until nothing is left to be counted. */
  const scan = async (times = 1): Promise<void> => {
    for (let time = 0; time < times; time++) await generator.refresh();
  };
  const refresh = (): Promise<void> => generator.refresh();
  const ready = (): true | string => generator.ready();
  return { generator, refresh, ready, answer, settled, ids, scan, lines, reports, metrics };
}

/** Moves the clock until the work is done; its I/O is done in real time. */
export async function whileTimePasses<T>(clock: TestClock, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const done = work.finally(() => {
    state.isDone = true;
  });
  done.catch(() => undefined);
  while (!state.isDone) {
    await Promise.race([done.catch(() => undefined), sleep(1)]);
    await clock.advance(100);
  }
  return done;
}

export type TestGenerator = ReturnType<typeof generatorIn>;
