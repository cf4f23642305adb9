// What Argo CD waits for: the real service over a real Cassandra, from nothing to an answer, and how long its scans take.
import { setTimeout as sleep } from "node:timers/promises";
import { type Database, startDatabase } from "../sandbox/database.ts";
import { type RunningGenerator, startGenerator } from "../sandbox/generator.ts";
import { type BareScans, bareScans } from "./bare-scan.ts";
import { type Benchmark, compared, type Table } from "./bench.ts";
import { fill } from "./registry.ts";
import { firstAnswer, memory, metricsOf, sizes } from "./running-service.ts";
import { warmAnswers } from "./warm-answers.ts";

const TENANTS = 10_000;
const MANY_TENANTS = 100_000;
/** Of a warm answer with TENANTS, in milliseconds. */
const P99_MS = 50;
/** For all further scans together. */
const SCANS_MS = 120_000;

export const generator: Benchmark = {
  name: "generator",
  about: `cold and warm answers for ${TENANTS} tenants, scans of ${TENANTS} and ${MANY_TENANTS}`,
  async run({ log, quick }) {
    const database = await startDatabase();
    try {
      await filled(database, 0, TENANTS, log);
      const few = quick ? { cold: 1, again: 2 } : { cold: 5, again: 20 };
      const tables = await scans(database, { tenants: TENANTS, ...few }, log);
      const warm = { title: `generator, ${TENANTS} tenants`, p99: P99_MS, seconds: quick ? 2 : 10 };
      tables.push(...(await warmAnswers(database, warm, log)));
      if (quick) return tables;
      await filled(database, TENANTS, MANY_TENANTS, log);
      tables.push(...(await scans(database, { tenants: MANY_TENANTS, cold: 2, again: 5 }, log)));
      return tables;
    } finally {
      await database.stop();
    }
  },
};

async function filled(database: Database, from: number, to: number, log: (line: string) => void): Promise<void> {
  const begun = performance.now();
  await fill(database.cassandra, from, to);
  log(`${to - from} tenants inserted in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

/** From nothing to an answer, the first scan within it, and those that follow on the same connection. */
async function scans(
  database: Database,
  { tenants, cold, again }: { tenants: number; cold: number; again: number },
  log: (line: string) => void,
): Promise<Table[]> {
  const { settings } = database.cassandra;
  const bare: BareScans[] = [];
  const service: { coldMs: number; firstMs: number }[] = [];
  for (let index = 0; index < cold; index++) {
    log(`${tenants} tenants: cold start ${index + 1} of ${cold}`);
    bare.push(await bareScans(settings, 1));
    service.push(await coldStart(database, `cold-${tenants}-${index}`));
  }
  log(`${tenants} tenants: ${again} scans in a row`);
  const floor = await bareScans(settings, again + 1);
  if (floor.rows !== tenants) throw new Error(`scan ${tenants} tenants: ${floor.rows} are there`);
  const running = await startGenerator(
    database,
    { ...settings, GENERATOR_REFRESH_INTERVAL: "1s" },
    `scanning-${tenants}`,
  );
  try {
    await firstAnswer(running);
    const againMs = await scansOf(running, again);
    return [
      compared(`generator, ${tenants} tenants: process start to the first answer`, {
        "bare driver, to the last page": bare.map(({ coldMs }) => coldMs),
        "service, to the first 200": service.map(({ coldMs }) => coldMs),
      }),
      compared(`generator, ${tenants} tenants: first scan, with load of the driver and connect`, {
        "bare driver": bare.map(({ firstMs }) => firstMs),
        service: service.map(({ firstMs }) => firstMs),
      }),
      {
        ...compared(`generator, ${tenants} tenants: further scans`, {
          "bare driver": floor.againMs,
          service: againMs,
        }),
        figures: [...(await sizes(running)), ...(await memory(running, `after ${again} scans`))],
      },
    ];
  } finally {
    await running.stop();
  }
}

/** The start is seen by a look at /livez every 50 ms; only then is the question asked. */
async function coldStart(database: Database, name: string): Promise<{ coldMs: number; firstMs: number }> {
  const begun = performance.now();
  const settings = { ...database.cassandra.settings, GENERATOR_REFRESH_INTERVAL: "1h" };
  const running = await startGenerator(database, settings, name);
  try {
    await firstAnswer(running);
    const coldMs = performance.now() - begun;
    return { coldMs, firstMs: (await metricsOf(running))("landlord_generator_scan_seconds_sum") * 1000 };
  } finally {
    await running.stop();
  }
}

async function scansOf(running: RunningGenerator, count: number): Promise<number[]> {
  const told = async (): Promise<{ sum: number; scans: number }> => {
    const metric = await metricsOf(running);
    return {
      sum: metric("landlord_generator_scan_seconds_sum") * 1000,
      scans: metric("landlord_generator_scan_seconds_count"),
    };
  };
  const deadline = performance.now() + SCANS_MS;
  const samples: number[] = [];
  for (let before = await told(); samples.length < count; ) {
    if (performance.now() > deadline) throw new Error(`await ${count} scans: ${samples.length} in ${SCANS_MS} ms`);
    await sleep(250);
    const now = await told();
    if (now.scans > before.scans) samples.push((now.sum - before.sum) / (now.scans - before.scans));
    before = now;
  }
  return samples;
}
