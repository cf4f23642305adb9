// What an answer costs that is there already, in time and in CPU, with and without scans beside it.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "../sandbox/database.ts";
import { type RunningGenerator, startGenerator } from "../sandbox/generator.ts";
import type { Rate } from "../sandbox/open-loop.ts";
import { type BareServer, startBareServer } from "./bare-server.ts";
import { compared, type Table } from "./bench.ts";
import { atRate, type Client, createClient, inARow } from "./load.ts";
import { cpuOf, firstAnswer, memory } from "./running-service.ts";

const PER_SECOND = 50;
const CPU_ROUNDS = 5;
const ANSWERS_A_ROUND = 400;

export interface WarmOptions {
  title: string;
  /** What 99 of 100 answers may take at most, in milliseconds. */
  p99: number;
  /** Of each kind of load. */
  seconds: number;
}

export async function warmAnswers(
  database: Database,
  { title, p99, seconds }: WarmOptions,
  log: (line: string) => void,
): Promise<Table[]> {
  const load = { perSecond: PER_SECOND, seconds };
  const { settings } = database.cassandra;
  const quiet = await startGenerator(database, { ...settings, GENERATOR_REFRESH_INTERVAL: "1h" }, "quiet");
  const client = createClient(quiet.ports.generator, quiet.token);
  await firstAnswer(quiet);
  const file = join(database.directory, "answer.json.gz");
  await writeFile(file, await client.ask());
  const bare = await startBareServer(file);
  const floor = createClient(bare.port);
  try {
    await Promise.all([inARow(client, ANSWERS_A_ROUND), inARow(floor, ANSWERS_A_ROUND)]); // to warm up
    log("CPU of answers");
    const cpu = await cpuOfAnswers({ quiet, client, bare, floor });
    log(`${PER_SECOND} questions a second for ${seconds} s, three times`);
    const floorMs = await atRate(floor, load);
    const quietMs = await atRate(client, load);
    const figures = await memory(quiet, "after all these answers, one scan");
    await quiet.stop();
    const busyMs = await whileScanning(database, load);
    return [
      {
        title: `${title}: warm answers, gzip, ${PER_SECOND}/s, keep-alive`,
        series: [
          { name: "bare node:http, the same bytes", samples: floorMs },
          { name: "service between scans", samples: quietMs, budget: { p99 } },
          { name: "service, each scan 1 s after the last", samples: busyMs, budget: { p99 } },
        ],
      },
      {
        ...compared(`${title}: CPU of one warm answer, means of ${ANSWERS_A_ROUND}`, {
          "bare node:http, the same bytes": cpu.bare,
          service: cpu.service,
        }),
        figures,
      },
    ];
  } finally {
    client.close();
    floor.close();
    await bare.stop();
    await quiet.stop();
  }
}

/** By turns, so that both see the same machine. */
async function cpuOfAnswers(of: { quiet: RunningGenerator; client: Client; bare: BareServer; floor: Client }) {
  const bare: number[] = [];
  const service: number[] = [];
  for (let round = 0; round < CPU_ROUNDS; round++) {
    bare.push(await spent(of.floor, () => of.bare.cpu()));
    service.push(await spent(of.client, () => cpuOf(of.quiet)));
  }
  return { bare, service };
}

/** CPU of one answer. */
async function spent(client: Client, cpu: () => Promise<number>): Promise<number> {
  const before = await cpu();
  await inARow(client, ANSWERS_A_ROUND);
  return ((await cpu()) - before) / ANSWERS_A_ROUND;
}

async function whileScanning(database: Database, load: Rate): Promise<number[]> {
  const settings = { ...database.cassandra.settings, GENERATOR_REFRESH_INTERVAL: "1s" };
  const running = await startGenerator(database, settings, "busy");
  const client = createClient(running.ports.generator, running.token);
  try {
    await firstAnswer(running);
    await inARow(client, ANSWERS_A_ROUND);
    return await atRate(client, load);
  } finally {
    client.close();
    await running.stop();
  }
}
