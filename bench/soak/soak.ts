// One soak from beginning to end: the world, what drives it, what breaks it, who watches, and what came of it.
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { faultsOfTenants } from "./audit.ts";
import { createControl } from "./control.ts";
import { createGraveyard } from "./credentials.ts";
import { createDriver, type Driver } from "./driver.ts";
import { createJudge } from "./judge.ts";
import { type ProcessSamples, sample } from "./memory.ts";
import { createRandom } from "./random.ts";
import { resultOf, type SoakOptions, type SoakResult, STARVED } from "./result.ts";
import { excuseIn, type Strike, strikeAll } from "./strikes.ts";
import { createWatcher, type Watcher } from "./watcher.ts";
import { startWorld, type World } from "./world.ts";

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
