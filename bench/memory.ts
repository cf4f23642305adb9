// What a Landlord needs that comes up in a large cluster, with reviews going on meanwhile: memory, and the longest time in which it answers nobody.
import { setTimeout as sleep } from "node:timers/promises";
import { openLoop } from "../sandbox/open-loop.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import type { Benchmark, Figure, Table } from "./bench.ts";
import { createHttpsClient, type HttpsClient, timed, wanted } from "./https-load.ts";
import { compiled, type PodLandlord, startPodLandlord } from "./pod-landlord.ts";
import { residentMiB } from "./process-stats.ts";
import { caseOf, padded } from "./review-bodies.ts";
import { tenantBody } from "./tenants.ts";
import { NAMESPACE_NAME } from "./validating-handler.ts";
import { webhookCa } from "./webhook-ca.ts";

const NAMESPACES = 10_000;
const REVIEWS_PER_SECOND = 100;
const CONNECTIONS = 25;
const READY_MS = 120_000;
/** After it is ready: the first look at every tenant falls into this time. */
const AFTER_SECONDS = 20;
const RSS_MIB = 150;
const STALL_MS = 25;
/** Tenants that are set up between two looks at how many are ready. */
const LOOK_MS = 500;
const SET_UP_MS = 900_000;

export const memory: Benchmark = {
  name: "memory",
  about: `RSS and longest stall of a start among ${NAMESPACES.toLocaleString("en")} namespaces, ${REVIEWS_PER_SECOND} reviews a second meanwhile`,
  async run({ log, quick }) {
    const count = quick ? 500 : NAMESPACES;
    const tables: Table[] = [];
    for (const kind of ["plain", "tenants'"] as const) tables.push(...(await measure(kind, { count, log, quick })));
    return tables;
  },
};

interface Options {
  count: number;
  log: (line: string) => void;
  quick: boolean;
}

async function measure(kind: "plain" | "tenants'", { count, log, quick }: Options): Promise<Table[]> {
  log(`${kind} namespaces: a sandbox, and Landlord compiled as for its image`);
  const sandbox = await startSandbox({ controllerManager: false });
  const { server, ca, adminToken: token } = sandbox;
  const admin = createHttpsClient({ server, ca, token, connections: CONNECTIONS });
  try {
    const program = await compiled(sandbox.directory);
    const first = await startPodLandlord(sandbox, { program, name: "first" });
    await ready(first);
    await wanted(201, admin, { path: "/api/v1/namespaces", body: tenantBody(NAMESPACE_NAME) });
    await made(kind, { count, admin, landlord: first, log });
    const trusted = await webhookCa(sandbox); // kept in a Secret: the next one shows the same authority's
    const { peak } = await residentMiB(first.process.pid ?? 0);
    await first.stop();
    const table = await coldStart(sandbox, { program, ca: trusted, seconds: quick ? 3 : AFTER_SECONDS, log });
    const figures = [
      ...(table.figures ?? []),
      inMiB("RSS at its peak of the one that was there when they were made, all at once", peak),
    ];
    return [
      { ...table, figures, title: `start among ${count.toLocaleString("en")} ${kind} namespaces: ${table.title}` },
    ];
  } finally {
    admin.close();
    await sandbox.stop();
  }
}

/** Tenants' ones are complete: Landlord itself has set them up. */
async function made(
  kind: "plain" | "tenants'",
  {
    count,
    admin,
    landlord,
    log,
  }: { count: number; admin: HttpsClient; landlord: PodLandlord; log: (line: string) => void },
): Promise<void> {
  log(`${count} namespaces`);
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const name = `room-${String(index).padStart(5, "0")}`;
      const body = kind === "plain" ? plain(name) : tenantBody(name);
      return wanted(201, admin, { path: "/api/v1/namespaces", body });
    }),
  );
  const tenants = kind === "plain" ? 1 : count + 1;
  const deadline = begun + SET_UP_MS;
  while ((await readyTenants(landlord)) < tenants) {
    if (performance.now() > deadline) throw new Error(`await ${tenants} ready tenants: not within ${SET_UP_MS} ms`);
    await sleep(LOOK_MS);
  }
  log(`there after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

async function readyTenants(landlord: PodLandlord): Promise<number> {
  const { text } = await landlord.get("/metrics").catch(() => ({ text: "" }));
  return Number(/^landlord_tenant_namespaces\{state="ready"\} (\S+)$/m.exec(text)?.[1] ?? 0);
}

interface ColdStart {
  program: readonly string[];
  ca: string;
  /** For which it is watched once it is ready. */
  seconds: number;
  log: (line: string) => void;
}

async function coldStart(sandbox: Sandbox, { program, ca, seconds, log }: ColdStart): Promise<Table> {
  log(`a start, and ${seconds} s more`);
  const landlord = await startPodLandlord(sandbox, { program, name: "second" });
  const answeringSince = Date.now();
  const begun = performance.now();
  const client = createHttpsClient({
    server: `https://127.0.0.1:${landlord.ports.webhooks}`,
    ca,
    connections: CONNECTIONS,
  });
  const stop = new AbortController();
  try {
    const body = padded(caseOf("1").review);
    await doorOpen(client, body);
    const load = openLoop(() => timed(() => wanted(200, client, { path: "/validate", body })), {
      perSecond: REVIEWS_PER_SECOND,
      seconds: (READY_MS + seconds * 1000) / 1000,
      signal: stop.signal,
    });
    await Promise.race([ready(landlord), load]);
    const readyMs = performance.now() - begun;
    const readyAt = Date.now();
    await sleep(seconds * 1000);
    stop.abort();
    const reviews = await load;
    const after = await residentMiB(landlord.process.pid ?? 0);
    await sleep(LOOK_MS); // what was noted is written by then
    const stalls = await landlord.stalls();
    const [before, syncing, later] = [
      stalls.filter(({ at }) => at < answeringSince),
      stalls.filter(({ at }) => at >= answeringSince && at <= readyAt),
      stalls.filter(({ at }) => at > readyAt),
    ];
    const longest = (some: typeof stalls, key: "wallMs" | "cpuMs"): number =>
      Math.max(0, ...some.map((stall) => stall[key]));
    return {
      title: `${REVIEWS_PER_SECOND} reviews a second meanwhile, time of a review`,
      series: [{ name: "from the door's first answer on", samples: reviews }],
      figures: [
        inMiB("RSS at its peak", after.peak, RSS_MIB),
        inMiB("RSS at the end", after.now),
        inMs("from the first /livez until ready", readyMs),
        inMs("longest stall while the caches fill, CPU of the main thread", longest(syncing, "cpuMs"), STALL_MS),
        inMs("longest stall while the caches fill, wall clock", longest(syncing, "wallMs")),
        inMs("longest stall in the first looks at tenants after it, CPU", longest(later, "cpuMs"), STALL_MS),
        inMs("longest stall in the first looks at tenants after it, wall clock", longest(later, "wallMs")),
        inMs("longest stall before, while modules load, CPU", longest(before, "cpuMs")),
      ],
    };
  } finally {
    stop.abort();
    client.close();
    await landlord.stop();
  }
}

/** Until there is a certificate nobody listens; from then on every review is answered. */
async function doorOpen(client: HttpsClient, body: Buffer): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const answer = await client.send({ path: "/validate", body }).catch(() => undefined);
    if (answer?.status === 200) return;
    if (performance.now() > deadline) throw new Error("await the webhooks' door: no answer");
    await sleep(5);
  }
}

async function ready(landlord: PodLandlord): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while ((await landlord.get("/readyz").catch(() => undefined))?.status !== 200) {
    if (performance.now() > deadline) throw new Error(`await Landlord: not ready within ${READY_MS} ms`);
    await sleep(20);
  }
}

const plain = (name: string): string => JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

const inMiB = (name: string, value: number, atMost?: number): Figure => ({
  name,
  value,
  unit: "MiB",
  ...(atMost && { atMost }),
});

const inMs = (name: string, value: number, atMost?: number): Figure => ({
  name,
  value: Math.round(value * 10) / 10,
  unit: "ms",
  ...(atMost && { atMost }),
});
