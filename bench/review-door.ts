// The webhooks' door of a real Landlord, called as kube-apiserver calls it; beside it, in turns, a server that only parses and one in usual Express.
import { join } from "node:path";
import { type RunningLandlord, startLandlord } from "../sandbox/landlord.ts";
import { openLoop } from "../sandbox/open-loop.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import type { Series, Table } from "./bench.ts";
import { closedLoop, createHttpsClient, type HttpsClient, timed, wanted } from "./https-load.ts";
import { cpuMicros } from "./process-stats.ts";
import { caseOf, padded } from "./review-bodies.ts";
import { readyTenant } from "./tenants.ts";
import { NAMESPACE_NAME } from "./validating-handler.ts";
import { webhookCa } from "./webhook-ca.ts";
import { startSibling } from "./webhook-siblings.ts";

/** What an apiserver keeps. */
const CONNECTIONS = 25;
const PER_SECOND = 200;
const CPU_BUDGET = 1.3;
/** Reviews before anything counts: the compilers are done then. */
const WARM_UP_SECONDS = 3;

const ALLOWED = padded(caseOf("1").review);
const DENIED = padded(caseOf("2").review);

interface Contender {
  name: string;
  pid: number;
  client: HttpsClient;
}

/** Of one round of one contender. */
interface Round {
  /** Microseconds a review. */
  cpu: number;
  perSecond: number;
  /** Of each review, in milliseconds. */
  times: number[];
}

export interface DoorOptions {
  rounds: number;
  /** Of one round. */
  seconds: number;
  log: (line: string) => void;
}

export async function atTheDoor(options: DoorOptions): Promise<Table[]> {
  const { log } = options;
  log("a sandbox, Landlord in it, and two servers beside it");
  const sandbox = await startSandbox({ controllerManager: false });
  const siblings = [await startSibling("bare", join(sandbox.directory, "bare.log"))];
  try {
    siblings.push(await startSibling("express", join(sandbox.directory, "express.log")));
    const landlord = await startLandlord(sandbox, { settings: { LANDLORD_TOKEN_MODE: "bound" } });
    await readyTenant(sandbox, NAMESPACE_NAME);
    const [bare, express] = siblings.map(({ pid, port, ca }) => ({ pid, client: clientOf(port, ca) }));
    const contenders: Contender[] = [
      { name: "bare node:https and JSON.parse", ...bare! },
      { name: "Landlord", pid: landlord.process.pid ?? 0, client: await clientOfLandlord(sandbox, landlord) },
      { name: "its handler behind express.json and res.json", ...express! },
    ];
    try {
      return await measure(contenders, options);
    } finally {
      for (const { client } of contenders) client.close();
    }
  } finally {
    await Promise.all(siblings.map((sibling) => sibling.stop()));
    await sandbox.stop();
  }
}

async function measure(contenders: readonly Contender[], { rounds, seconds, log }: DoorOptions): Promise<Table[]> {
  for (const { client, name } of contenders) {
    const hasRules = name !== contenders[0]?.name;
    await checked(client, ALLOWED, true);
    await checked(client, DENIED, !hasRules);
    for (const body of [ALLOWED, DENIED])
      await closedLoop(() => judged(client, body), { atOnce: CONNECTIONS, seconds: WARM_UP_SECONDS });
  }
  const tables: Table[] = [];
  for (const [what, body] of Object.entries({
    "allowed review": ALLOWED,
    "denied review, with its log line": DENIED,
  })) {
    log(`${what}: ${rounds} rounds, ${CONNECTIONS} connections`);
    const told = await inTurns(contenders, rounds, (client) =>
      closedLoop(() => judged(client, body), { atOnce: CONNECTIONS, seconds }),
    );
    const how = `${what} of ${body.length.toLocaleString("en")} bytes, ${CONNECTIONS} connections`;
    tables.push(
      { title: `${how}: CPU a review, by round`, unit: "us", series: seriesOf(told, ({ cpu }) => [cpu], CPU_BUDGET) },
      {
        title: `${how}: reviews a second, by round`,
        unit: "req/s",
        series: seriesOf(told, ({ perSecond }) => [perSecond]),
      },
      { title: `${how}: time of a review`, series: seriesOf(told, ({ times }) => times) },
    );
  }
  log(`allowed review: ${rounds} rounds, ${PER_SECOND} a second`);
  const told = await inTurns(contenders, rounds, (client) =>
    openLoop(() => timed(() => judged(client, ALLOWED)), { perSecond: PER_SECOND, seconds }),
  );
  const how = `allowed review, ${PER_SECOND} a second`;
  return [
    ...tables,
    { title: `${how}: time of a review`, series: seriesOf(told, ({ times }) => times) },
    {
      title: `${how}: CPU a review, by round, with what the process does besides`,
      unit: "us",
      series: seriesOf(told, ({ cpu }) => [cpu]),
    },
  ];
}

/** Each contender once a round, another one first each time. */
async function inTurns(
  contenders: readonly Contender[],
  rounds: number,
  load: (client: HttpsClient) => Promise<number[]>,
): Promise<Map<string, Round[]>> {
  const told = new Map(contenders.map(({ name }): [string, Round[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, pid, client } = contenders[(round + turn) % contenders.length]!;
      const before = await cpuMicros(pid);
      const begun = performance.now();
      const times = await load(client);
      const seconds = (performance.now() - begun) / 1000;
      const cpu = ((await cpuMicros(pid)) - before) / times.length;
      told.get(name)?.push({ cpu, times, perSecond: times.length / seconds });
    }
  }
  return told;
}

function seriesOf(told: Map<string, Round[]>, value: (round: Round) => number[], ratio?: number): Series[] {
  return [...told].map(([name, rounds]) => ({
    name,
    samples: rounds.flatMap(value),
    ...(ratio !== undefined && name === "Landlord" ? { budget: { ratio } } : {}),
  }));
}

const judged = (client: HttpsClient, body: Buffer): Promise<string> => wanted(200, client, { path: "/validate", body });

async function checked(client: HttpsClient, body: Buffer, allowed: boolean): Promise<void> {
  const { response }: { response: { allowed: boolean } } = JSON.parse(await judged(client, body));
  if (response.allowed !== allowed)
    throw new Error(`judge a review: ${allowed ? "denied" : "allowed"}, which it must not be`);
}

const clientOf = (port: number, ca: string): HttpsClient =>
  createHttpsClient({ server: `https://127.0.0.1:${port}`, ca, connections: CONNECTIONS });

async function clientOfLandlord(sandbox: Sandbox, { ports }: RunningLandlord): Promise<HttpsClient> {
  return clientOf(ports.webhooks, await webhookCa(sandbox));
}
