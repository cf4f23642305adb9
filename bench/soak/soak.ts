// One soak from beginning to end: the world, what drives it, what breaks it, who watches, and what came of it.
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { faultsOfTenants } from "./audit.ts";
import { type Control, createControl } from "./control.ts";
import { createGraveyard } from "./credentials.ts";
import { createDriver, type Driver } from "./driver.ts";
import { FAULTS, type Fault, type Means } from "./faults.ts";
import { createJudge } from "./judge.ts";
import { type Growth, growthOf, type ProcessSamples, sample } from "./memory.ts";
import { createRandom, shuffled } from "./random.ts";
import { createWatcher, type Watcher } from "./watcher.ts";
import { startWorld, type TokenMode, type World } from "./world.ts";

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

export interface Strike {
  name: string;
  from: number;
  to: number;
  stopsRequests: boolean;
  /** Seconds from its end until every tenant that was born during it was ready. */
  recoverySeconds: number;
  /** Why it did not come to its end. */
  error?: string;
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
const SAMPLE_MS = 5_000;
/** For a look at the replicas' queues: somebody may just be working. */
const REST_SECONDS = 15;
const TELL_MS = 20_000;

export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { seconds, perSecond, faultEverySeconds, seed, mode, settleSeconds = 90, log } = options;
  const random = createRandom(seed);
  const judge = createJudge();
  const strikes: Strike[] = [];
  const processes: ProcessSamples[] = [];
  log(`a sandbox and two replicas, ${mode} tokens`);
  const world = await startWorld({ mode, wrote: (write) => judge.wrote(write), log });
  const graveyard = createGraveyard(world.sandbox.api);
  const control = createControl(world.sandbox.api);
  const own: { driver?: Driver } = {};
  const watcher = createWatcher(world.sandbox, {
    ready: () => undefined,
    gone: ({ name }) => {
      graveyard.bury(name, judge.gone(name));
      own.driver?.gone(name);
    },
    token: (namespace, token) => judge.token(namespace, token),
  });
  const watching = new AbortController();
  try {
    await watcher.listening;
    const driver = createDriver({
      platform: await world.api("platform-admin"),
      stranger: await world.api("developer"),
      judge,
      watcher,
      excuse: () => excuseIn(strikes) || (control.isSlow() ? STARVED : ""),
      random: createRandom(seed + 1),
      perSecond,
      lifeMs: lifeOf(seconds),
    });
    own.driver = driver;
    const begun = Date.now();
    const driving = new AbortController();
    const side = [
      graveyard.run(watching.signal),
      control.run(watching.signal),
      every(SAMPLE_MS, watching.signal, () => sampleAll(world, processes)),
      every(TELL_MS, watching.signal, () => tell({ begun, driver, strikes, watcher, processes, log })),
    ];
    const driven = driver.run(driving.signal);
    await strikeAll(world, {
      strikes,
      means: { random, isStarved: () => control.isSlow() },
      begun,
      seconds,
      faultEverySeconds,
      names: options.faults,
      log,
    });
    driving.abort();
    await driven;
    log("no more changes; now everything must come to rest");
    const tenants = await noneOf(() => faultsOfTenants(world.sandbox.api), settleSeconds);
    const stuck = await noneOf(() => stuckIn(world, watcher, driver), REST_SECONDS);
    watching.abort();
    await Promise.all(side);
    return resultOf({ options, begun, strikes, driver, watcher, judge, graveyard, control, processes, tenants, stuck });
  } finally {
    watching.abort();
    await watcher.close();
    if (options.logs !== undefined) await keepLogs(world, options.logs);
    await world.stop();
  }
}

async function keepLogs({ sandbox, replicas }: World, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = [...replicas.map(({ name }) => name), "kube-apiserver", "kube-controller-manager"];
  for (const name of names) await copyFile(join(sandbox.directory, `${name}.log`), join(folder, `${name}.log`));
}

/** So that a short soak sees namespaces go, too. */
const lifeOf = (seconds: number): { from: number; to: number } => {
  const to = Math.min(90_000, (seconds * 1000) / 3);
  return { from: (to * 2) / 3, to };
};

interface Striking {
  strikes: Strike[];
  means: Means;
  begun: number;
  seconds: number;
  faultEverySeconds: number;
  names: readonly string[] | undefined;
  log: (line: string) => void;
}

/** One after another in a shuffled order; no kind comes again before all have come. Resolves when the time is over and all have ended. */
async function strikeAll(world: World, striking: Striking): Promise<void> {
  const { begun, seconds, faultEverySeconds, names } = striking;
  const { random } = striking.means;
  const chosen = FAULTS.filter(({ name }) => names?.includes(name) ?? true);
  const beside: Promise<void>[] = [];
  const end = begun + seconds * 1000;
  let order: Fault[] = [];
  for (let turn = 1; begun + turn * faultEverySeconds * 1000 < end; turn++) {
    await sleep(Math.max(0, begun + turn * faultEverySeconds * 1000 - Date.now()));
    if (order.length === 0) order = shuffled(chosen, random);
    const fault = order.shift();
    if (fault === undefined) break;
    const over = strike(world, fault, striking);
    if (fault.runsBeside === true) beside.push(over);
    else await over;
  }
  await sleep(Math.max(0, end - Date.now()));
  await Promise.all(beside);
}

async function strike(world: World, fault: Fault, { strikes, means, begun, log }: Striking): Promise<void> {
  const { name, stopsRequests = false } = fault;
  const open: Strike = {
    name,
    stopsRequests,
    from: Date.now(),
    to: Number.POSITIVE_INFINITY,
    recoverySeconds: Number.NaN,
  };
  strikes.push(open);
  try {
    await fault.strike(world, means);
  } catch (error) {
    open.error = error instanceof Error ? error.message : String(error);
  }
  open.to = Date.now();
  const after = Math.round((open.from - begun) / 1000);
  log(
    `${after} s: ${name} for ${((open.to - open.from) / 1000).toFixed(1)} s${open.error === undefined ? "" : `: ${open.error}`}`,
  );
}

/** A request may have been begun while the fault was on; and an API server that is back needs a moment for its roles. */
function excuseIn(strikes: readonly Strike[]): string {
  const now = Date.now();
  return strikes.find(({ stopsRequests, to }) => stopsRequests && now < to + 2_000)?.name ?? "";
}

/** What is still found when all could have been mended. */
async function noneOf(look: () => Promise<string[]>, seconds: number): Promise<string[]> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    // a look at hundreds of tenants takes its time: only one that was begun late enough is the last
    const isLast = Date.now() > deadline;
    const faults = await look().catch((error: unknown) => [`not known: ${String(error)}`]);
    if (faults.length === 0 || isLast) return faults;
    await sleep(2_000);
  }
}

const KEYS_WAIT = /^landlord_queue_(?:depth|oldest_seconds)\{queue="[^"]+"\} (\S+)$/gm;

/** Keys that wait although nothing happens: by the replicas' own word, and by what the watcher has not seen. */
async function stuckIn(world: World, watcher: Watcher, driver: Driver): Promise<string[]> {
  const stuck: string[] = [];
  for (const { name, landlord } of world.replicas) {
    const get = (path: string) => landlord.get(path).catch((error: unknown) => ({ status: 0, text: String(error) }));
    const { status, text } = await get("/metrics");
    if (status !== 200) stuck.push(`${name}: /metrics answers ${status}`);
    for (const [line, value] of text.matchAll(KEYS_WAIT)) if (Number(value) > 0) stuck.push(`${name}: ${line}`);
    const ready = await get("/readyz");
    if (ready.status !== 200) stuck.push(`${name} is not ready: ${ready.text.slice(0, 300)}`);
  }
  const waiting = driver.births.filter(
    ({ uid, deletedAt }) => deletedAt === undefined && watcher.readyAt(uid) === undefined && !watcher.isGone(uid),
  );
  return [...stuck, ...waiting.map(({ name }) => `${name} was never seen to be ready`)];
}

async function sampleAll({ replicas }: World, processes: ProcessSamples[]): Promise<void> {
  for (const { name: replica, landlord } of replicas) {
    const { pid } = landlord.process;
    const taken = pid === undefined ? undefined : await sample(pid);
    if (pid === undefined || taken === undefined) continue;
    const known = processes.find((each) => each.pid === pid);
    if (known === undefined) processes.push({ replica, pid, samples: [taken] });
    else known.samples.push(taken);
  }
}

async function every(ms: number, signal: AbortSignal, work: () => void | Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

interface Telling {
  begun: number;
  driver: Driver;
  strikes: readonly Strike[];
  watcher: Watcher;
  processes: readonly ProcessSamples[];
  log: (line: string) => void;
}

function tell({ begun, driver, strikes, watcher, processes, log }: Telling): void {
  const { counts, births } = driver;
  const { there, terminating } = watcher.sizes();
  const unready = births.filter(({ uid, deletedAt }) => deletedAt === undefined && watcher.readyAt(uid) === undefined);
  const memory = processes
    .filter(({ samples }) => Date.now() - (samples.at(-1)?.at ?? 0) < 2 * SAMPLE_MS)
    .map(({ replica, samples }) => `${replica} ${Math.round(samples.at(-1)?.rssMiB ?? 0)} MiB`);
  const now = strikes.filter(({ to }) => to > Date.now()).map(({ name }) => name);
  log(
    `${Math.round((Date.now() - begun) / 1000)} s: ${counts.created} created, ${counts.changed} changed, ${counts.damaged} damaged, ` +
      `${counts.deleted} deleted, ${counts.denied} denied; ${there} there, ${terminating} terminating, ${unready.length} not ready; ` +
      `${memory.join(", ")}${now.length === 0 ? "" : `; now: ${now.join(", ")}`}`,
  );
}

interface Material {
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

function resultOf(material: Material): SoakResult {
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

function recoveryOf({ from, to }: Strike, lagged: readonly { at: number; ready: number }[]): number {
  const last = Math.max(0, ...lagged.filter(({ at }) => at >= from - 500 && at <= to).map(({ ready }) => ready));
  return Math.max(0, last - to) / 1000;
}
