// What admission adds to a create through a real kube-apiserver: both of Landlord's webhooks, beside a policy of the API server's own, and webhooks that only parse.
import { join } from "node:path";
import { startLandlord } from "../sandbox/landlord.ts";
import { openLoop } from "../sandbox/open-loop.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import {
  BARE,
  collectionOf,
  installKinds,
  type JudgedKind,
  KINDS,
  kustomization,
  LANDLORD,
  NOBODY,
} from "./admission-kinds.ts";
import { type Benchmark, type Budget, type Figure, quantile, type Table } from "./bench.ts";
import { clientAs } from "./client-as.ts";
import { closedLoop, type HttpsClient, timed, wanted } from "./https-load.ts";
import { readyTenant } from "./tenants.ts";
import { startSibling } from "./webhook-siblings.ts";

const USER = "developer";
const NAMESPACE = "team-a";
/** Requests of the open loop that may wait at once. */
const CONNECTIONS = 64;
const WARM_UP = { perSecond: 100, seconds: 3 };

interface Load {
  name: string;
  /** Milliseconds of each create. */
  run: (create: (index: number) => Promise<unknown>, seconds: number) => Promise<number[]>;
  connections: number;
  /** What Landlord may add, in milliseconds. */
  added?: { p50: number; p99: number };
}

const open = (perSecond: number): Load => ({
  name: `${perSecond} a second`,
  run: (create, seconds) => openLoop((index) => timed(() => create(index)), { perSecond, seconds }),
  connections: CONNECTIONS,
});
const closed = (connections: number): Load => ({
  name: connections === 1 ? "1 connection" : `${connections} connections`,
  run: (create, seconds) => closedLoop(create, { atOnce: connections, seconds }),
  connections,
});
const LOADS: readonly Load[] = [
  open(50),
  { ...open(200), added: { p50: 0.7, p99: 3 } },
  closed(1),
  closed(8),
  closed(25),
];

export const admission: Benchmark = {
  name: "admission",
  about:
    "what a create through the API server takes longer with both webhooks, at fixed rates and over 1 to 25 connections",
  async run({ log, quick }) {
    log("a sandbox with Flux's kinds, Landlord, and webhooks that only parse");
    const sandbox = await startSandbox({ controllerManager: false, crds: ["flux"] });
    const bare = await startSibling("bare", join(sandbox.directory, "bare.log"));
    try {
      await startLandlord(sandbox, { settings: { LANDLORD_TOKEN_MODE: "bound" } });
      await readyTenant(sandbox, NAMESPACE);
      const client = await clientAs(sandbox, { user: USER, connections: CONNECTIONS });
      await installKinds(sandbox, { bare, client, namespace: NAMESPACE, user: USER });
      for (const kind of KINDS) {
        await openLoop((index) => create(client, kind, `warm-up-${index}`), WARM_UP);
        await clear(client, kind);
      }
      client.close();
      const tables: Table[] = [];
      for (const load of LOADS) {
        const size = { rounds: quick ? 2 : 10, seconds: quick ? 1 : 3 };
        log(`${load.name}: ${size.rounds} rounds of ${size.seconds} s each`);
        tables.push(...(await measure(sandbox, load, size)));
      }
      return tables;
    } finally {
      await bare.stop();
      await sandbox.stop();
    }
  },
};

async function measure(
  sandbox: Sandbox,
  load: Load,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Table[]> {
  const client = await clientAs(sandbox, { user: USER, connections: load.connections });
  try {
    const before = await webhookSeconds(sandbox);
    const told = new Map(KINDS.map((kind): [JudgedKind, number[][]] => [kind, []]));
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < KINDS.length; turn++) {
        const kind = KINDS[(round + turn) % KINDS.length]!;
        told.get(kind)?.push(await load.run((index) => create(client, kind, `${round}-${index}`), seconds));
        await clear(client, kind);
      }
    }
    return tablesOf(load, told, hops(before, await webhookSeconds(sandbox)));
  } finally {
    client.close();
  }
}

const create = (client: HttpsClient, kind: JudgedKind, name: string): Promise<string> =>
  wanted(201, client, {
    path: collectionOf(kind, NAMESPACE),
    body: kustomization(kind, { namespace: NAMESPACE, name }),
  });

/** So that there are never more than one round's. */
const clear = (client: HttpsClient, kind: JudgedKind): Promise<string> =>
  wanted(200, client, { method: "DELETE", path: collectionOf(kind, NAMESPACE) });

function tablesOf({ name, added }: Load, told: Map<JudgedKind, number[][]>, figures: Figure[]): Table[] {
  const series = [...told].map(([kind, rounds]) => ({ name: kind.name, samples: rounds.flat() }));
  return [
    { title: `create, ${name}`, series, figures },
    addedTable(`create, ${name}: added at the median, by round`, told, 0.5, added && { p50: added.p50 }),
    addedTable(`create, ${name}: added at p99, by round`, told, 0.99, added && { p50: added.p99 }),
  ];
}

/** Round by round against the kind that nobody is asked about: what disturbs the machine disturbs both. Webhooks that only parse come first, as the floor. */
function addedTable(title: string, told: Map<JudgedKind, number[][]>, share: number, budget?: Budget): Table {
  const floor = (told.get(NOBODY) ?? []).map((times) => quantile(times, share));
  const kinds = [BARE, ...KINDS.filter((kind) => kind !== BARE && kind !== NOBODY)];
  const series = kinds.map((kind) => ({
    name: kind.name,
    samples: (told.get(kind) ?? []).map((times, round) => quantile(times, share) - (floor[round] ?? Number.NaN)),
    ...(kind === LANDLORD && budget !== undefined ? { budget } : {}),
  }));
  return { title, series };
}

type Seconds = Map<string, { sum: number; count: number }>;

/** What the API server itself has waited for webhooks, by name. */
async function webhookSeconds({ api }: Sandbox): Promise<Seconds> {
  const { text } = await api.call({ path: "/metrics" });
  const line =
    /^apiserver_admission_webhook_admission_duration_seconds_(sum|count)\{name="([^"]+)",operation="CREATE",rejected="false",type="(\w+)"\} (\S+)$/gm;
  const read: Seconds = new Map();
  for (const [, part = "", name = "", type = "", value] of text.matchAll(line)) {
    const key = `${name} (${type})`;
    read.set(key, { ...(read.get(key) ?? { sum: 0, count: 0 }), [part]: Number(value) });
  }
  return read;
}

function hops(before: Seconds, after: Seconds): Figure[] {
  return [...after].flatMap(([name, { sum, count }]) => {
    const { sum: earlier, count: calls } = before.get(name) ?? { sum: 0, count: 0 };
    if (count === calls) return [];
    const value = Math.round(((sum - earlier) / (count - calls)) * 1e6) / 1000;
    return [{ name: `mean call, as the API server has it: ${name}`, value, unit: "ms" }];
  });
}
