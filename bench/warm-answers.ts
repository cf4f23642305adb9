// What an answer costs that is there already, in time and in CPU, with and without scans beside it.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "../sandbox/database.ts";
import { type RunningGenerator, startGenerator } from "../sandbox/generator.ts";
import { type BareServer, startBareServer } from "./bare-server.ts";
import { compared, type Table } from "./bench.ts";
import { atRate, type Client, createClient, inARow } from "./load.ts";
import { cpuOf, firstAnswer, memory } from "./running-service.ts";

const LOAD = { perSecond: 50, seconds: 10 };
const CPU_ROUNDS = 5;
const ANSWERS_A_ROUND = 400;

export async function warmAnswers(database: Database, title: string, log: (line: string) => void): Promise<Table[]> {
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
    log(`${LOAD.perSecond} questions a second for ${LOAD.seconds} s, three times`);
    const floorMs = await atRate(floor, LOAD);
    const quietMs = await atRate(client, LOAD);
    const figures = await memory(quiet, "after all these answers, one scan");
    await quiet.stop();
    const busyMs = await whileScanning(database);
    return [
      compared(`${title}: warm answers, gzip, ${LOAD.perSecond}/s, keep-alive`, {
        "bare node:http, the same bytes": floorMs,
        "service between scans": quietMs,
        "service, each scan 1 s after the last": busyMs,
      }),
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

async function whileScanning(database: Database): Promise<number[]> {
  const settings = { ...database.cassandra.settings, GENERATOR_REFRESH_INTERVAL: "1s" };
  const running = await startGenerator(database, settings, "busy");
  const client = createClient(running.ports.generator, running.token);
  try {
    await firstAnswer(running);
    await inARow(client, ANSWERS_A_ROUND);
    return await atRate(client, LOAD);
  } finally {
    client.close();
    await running.stop();
  }
}
