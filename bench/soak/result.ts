// What came of a soak: what must be empty, how long tenants waited, and what memory did.
import type { Control } from "./control.ts";
import type { createGraveyard } from "./credentials.ts";
import type { Driver } from "./driver.ts";
import type { createJudge } from "./judge.ts";
import { type Growth, growthOf, type ProcessSamples } from "./memory.ts";
import { recoveryOf, type Strike } from "./strikes.ts";
import type { Watcher } from "./watcher.ts";
import type { TokenMode } from "./world.ts";

export interface SoakOptions {
  seconds: number;
  /** Namespaces created, changed and deleted per second. */
  perSecond: number;
  faultEverySeconds: number;
  seed: number;
  mode: TokenMode;
  /** Names of those that may strike; all by default. */
  faults?: readonly string[];
  /** How long after its end everything may take to be as it should. */
  settleSeconds?: number;
  /** A folder for the logs of replicas and control plane. */
  logs?: string;
  log: (line: string) => void;
}

export interface SoakResult {
  options: SoakOptions;
  begun: number;
  ended: number;
  strikes: Strike[];
  driver: Pick<Driver, "counts" | "failures" | "escapes">;
  /** What must be empty. */
  faults: {
    tenants: string[];
    credentials: string[];
    duplicates: string[];
    stuck: string[];
    refused: string[];
    escapes: string[];
    strikes: string[];
    neverReady: string[];
  };
  /** Every namespace: when its POST was answered, when it was seen to be ready, when it was deleted. */
  lives: { name: string; at: number; ready: number | undefined; deletedAt: number | undefined }[];
  /** Milliseconds from the answered POST to TenantReady. */
  lag: { all: number[]; quiet: number[]; control: number[] };
  writes: { total: number; excused: number; idle: number };
  tokensOfTheDead: number;
  processes: ProcessSamples[];
  growth: Growth[];
}

/** Stands for a fault where the machine itself was at its end. */
export const STARVED = "starved";
/** A namespace whose first seconds no fault touched is born in quiet. */
const AFTERMATH_MS = 5_000;
const READY_LIMIT_MS = 30_000;

export interface Material {
  options: SoakOptions;
  begun: number;
  strikes: Strike[];
  driver: Driver;
  watcher: Watcher;
  judge: ReturnType<typeof createJudge>;
  graveyard: ReturnType<typeof createGraveyard>;
  control: Control;
  processes: ProcessSamples[];
  tenants: string[];
  stuck: string[];
}

export function resultOf(material: Material): SoakResult {
  const { options, begun, strikes, driver, watcher, judge, graveyard, control, processes, tenants, stuck } = material;
  const { writes, duplicates, excused, idle } = judge.counts();
  const lives = driver.births.map(({ name, uid, at, deletedAt }) => ({
    name,
    at,
    deletedAt,
    ready: watcher.readyAt(uid),
  }));
  const isQuiet = (from: number, to: number): boolean =>
    !strikes.some((each) => each.from < to && each.to + AFTERMATH_MS > from);
  const lagged = lives.flatMap(({ at, ready }) =>
    ready === undefined ? [] : [{ at, ready, ms: Math.max(0, ready - at) }],
  );
  for (const each of strikes) each.recoverySeconds = recoveryOf(each, lagged);
  const neverReady = lives.filter(
    ({ at, deletedAt, ready }) =>
      ready === undefined &&
      (deletedAt ?? at) - at > READY_LIMIT_MS &&
      isQuiet(at, at + READY_LIMIT_MS) &&
      !control.wasSlow(at, at + READY_LIMIT_MS),
  );
  const refused = driver.failures.filter(({ during }) => during === "");
  return {
    options,
    begun,
    ended: Date.now(),
    strikes,
    driver: { counts: driver.counts, failures: driver.failures, escapes: driver.escapes },
    faults: {
      tenants,
      credentials: graveyard.counts().alive,
      duplicates,
      stuck,
      refused: refused.map(({ at, what, text }) => `${Math.round((at - begun) / 1000)} s: ${what}: ${text}`),
      escapes: [...driver.escapes],
      strikes: strikes.flatMap(({ name, error }) => (error === undefined ? [] : [`${name}: ${error}`])),
      neverReady: neverReady.map(({ name, at }) => `${name}, born after ${Math.round((at - begun) / 1000)} s`),
    },
    lives,
    lag: {
      all: lagged.map(({ ms }) => ms),
      quiet: lagged.filter(({ at, ready }) => isQuiet(at, ready)).map(({ ms }) => ms),
      control: control.samples.map(({ ms }) => ms),
    },
    writes: { total: writes, excused, idle },
    tokensOfTheDead: graveyard.counts().reviewed,
    processes,
    growth: processes.flatMap((each) => growthOf(each) ?? []),
  };
}
