// What goes wrong in a soak: one function per kind, each from its beginning to the moment from which all should be well again.
import { setTimeout as sleep } from "node:timers/promises";
import type { Verdict, WatchFault } from "../../sandbox/fault-proxy.ts";
import { openLoop } from "../../sandbox/open-loop.ts";
import type { Replica, World } from "./world.ts";

export interface Fault {
  name: string;
  about: string;
  /** The API server cannot be asked, or a replica that it asks is gone: requests of others may fail meanwhile. */
  stopsRequests?: true;
  /** The next one does not wait for its end. */
  runsBeside?: true;
  strike(world: World, means: Means): Promise<void>;
}

export interface Means {
  random: () => number;
  /** The machine is at its end, and what fails now fails for that. */
  isStarved: () => boolean;
}

/** A holder that is silent for 15 s is replaced; this is more. */
const TAKEOVER_LIMIT_MS = 45_000;
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/landlord/leases/landlord";
const CERTIFICATE = "/api/v1/namespaces/landlord/secrets/landlord-webhook-certificate";

export const FAULTS: readonly Fault[] = [
  {
    name: "apiserver-restart",
    about: "the API server is stopped, and started 3 s later",
    stopsRequests: true,
    async strike({ sandbox }) {
      await sandbox.stopApiserver();
      await sleep(3_000);
      await sandbox.startApiserver();
    },
  },
  {
    name: "connections-cut",
    about: "every connection of both replicas is reset, three times within 2 s",
    async strike({ replicas }) {
      for (let time = 0; time < 3; time++) {
        for (const replica of replicas) {
          replica.shaken.push({ from: Date.now() - 50, to: Date.now() + 50 });
          replica.relay.cut();
        }
        await sleep(1_000);
      }
    },
  },
  {
    name: "connections-frozen",
    about: "for 8 s nothing passes between replicas and API server, and nothing is closed",
    async strike({ replicas }) {
      const frozen = { from: Date.now(), to: Number.POSITIVE_INFINITY };
      for (const { relay, shaken } of replicas) {
        shaken.push(frozen);
        relay.freeze();
      }
      await sleep(8_000);
      for (const { relay } of replicas) relay.thaw();
      frozen.to = Date.now() + 500;
    },
  },
  {
    name: "watches-silent",
    about: "the watches of the holder are dropped without a word: open, and nothing comes; all else works",
    runsBeside: true,
    async strike(world) {
      const replica = await leaderOf(world);
      replica.proxy.breakWatches("silent");
      await until(
        () => replica.proxy.watches().silent === 0 || replica.isDead,
        120_000,
        "the silent watches are given up",
      );
    },
  },
  {
    name: "gone",
    about: "every watch ends with 410, and for 2 s none can be begun from an old version",
    async strike({ replicas }) {
      breakAll(replicas, "expired");
      await answering(replicas, 2_000, ({ isWatch }) => (isWatch ? { status: 410, reason: "Expired" } : "pass"));
    },
  },
  {
    name: "too-many-requests",
    about: "for 5 s two of three requests are answered 429 with Retry-After",
    async strike({ replicas }, { random }) {
      const refusal = { status: 429, reason: "TooManyRequests", retryAfterSeconds: 1 };
      await answering(replicas, 5_000, () => (random() < 0.66 ? refusal : "pass"));
    },
  },
  {
    name: "server-errors",
    about: "for 6 s two of three requests are answered 500, 502, 503 or 504",
    async strike({ replicas }, { random }) {
      const statuses = [500, 502, 503, 504];
      const failure = (): Verdict => ({ status: statuses[Math.floor(random() * 4)] ?? 500, reason: "InternalError" });
      await answering(replicas, 6_000, () => (random() < 0.66 ? failure() : "pass"));
    },
  },
  {
    name: "answers-lost",
    about: "for 6 s every second write is done, but its connection ends instead of an answer",
    async strike({ replicas }, { random }) {
      await answering(replicas, 6_000, ({ method }) => (method !== "GET" && random() < 0.5 ? "lost" : "pass"));
    },
  },
  {
    name: "half-lines",
    about: "every watch ends inside of a line, three times within 3 s, orderly and not",
    async strike({ replicas }) {
      for (const how of ["half-line", "half-line-cut", "half-line"] as const) {
        breakAll(replicas, how);
        await sleep(1_000);
      }
    },
  },
  {
    name: "slow-reader",
    about: "for 8 s every watch gets 2 kB/s, so that events pile up behind it",
    async strike({ replicas }) {
      for (const { proxy } of replicas) proxy.throttle(2_000);
      await sleep(8_000);
      for (const { proxy } of replicas) proxy.throttle(undefined);
    },
  },
  {
    name: "tokens-rotated",
    about: "Landlord's own token is exchanged in its file, and the old one revoked",
    strike: (world) => world.rotateTokens(),
  },
  {
    name: "cluster-ca-rotated",
    about: "the API server shows a certificate of another CA, announced 2.5 s before beside the old one",
    strike: (world) => world.rotateAuthority(),
  },
  {
    name: "webhook-ca-rotated",
    about: "the Secret of the serving certificate and its CA is deleted",
    async strike({ sandbox }) {
      await sandbox.api.call({ method: "DELETE", path: CERTIFICATE });
      await sleep(5_000);
    },
  },
  {
    name: "holder-killed",
    about: "the holder of the Lease is killed by SIGKILL, and started again 3 s later",
    stopsRequests: true,
    async strike(world) {
      const replica = await leaderOf(world);
      const before = await world.holder();
      await world.kill(replica);
      await sleep(3_000);
      await world.restart(replica);
      const isReplaced = async (): Promise<boolean> => !["", before].includes(await world.holder());
      await until(isReplaced, TAKEOVER_LIMIT_MS, "another holds the Lease");
    },
  },
  {
    name: "holder-paused",
    about:
      "the holder is stopped for 20 s by SIGSTOP, longer than its Lease lasts, and then goes on as if nothing had been",
    stopsRequests: true,
    async strike(world) {
      const replica = await leaderOf(world);
      const { pid } = replica.landlord.process;
      if (pid === undefined) return;
      const others = world.replicas.filter((each) => each !== replica);
      replica.shaken.push({ from: Date.now() - 100, to: Date.now() + 20_500 });
      world.door.setBackends(others.map(({ landlord }) => landlord.ports.webhooks));
      process.kill(pid, "SIGSTOP");
      world.door.cut(); // as if its end had been noticed
      try {
        await sleep(20_000);
      } finally {
        process.kill(pid, "SIGCONT");
        world.door.setBackends(world.replicas.map(({ landlord }) => landlord.ports.webhooks));
      }
    },
  },
  {
    name: "lease-stolen",
    about: "somebody else writes himself into the Lease, once, and is silent from then on",
    async strike(world) {
      const { sandbox } = world;
      const { text } = await sandbox.api.call({ path: LEASE });
      const { spec } = JSON.parse(text) as { spec: { leaseTransitions?: number } };
      const now = new Date().toISOString().replace("Z", "000Z");
      const stolen = { holderIdentity: "intruder", leaseDurationSeconds: 15, acquireTime: now, renewTime: now };
      const body = { spec: { ...spec, ...stolen, leaseTransitions: (spec.leaseTransitions ?? 0) + 1 } };
      await sandbox.api.call({ method: "PATCH", path: LEASE, body, contentType: "application/merge-patch+json" });
      await until(
        async () => (await world.leader()) !== undefined,
        TAKEOVER_LIMIT_MS,
        "a replica holds the Lease again",
      );
    },
  },
  {
    name: "relist-in-a-flood",
    about: "everything is listed anew while 60 namespaces a second are reviewed in dry runs, for 4 s",
    async strike(world, { isStarved }) {
      const api = await world.api("platform-admin");
      breakAll(world.replicas, "expired");
      const flood = openLoop(
        async (index) => {
          const metadata = { name: `flood-${index}`, labels: { "landlord.dev/tenant": "flood" } };
          const call = { method: "POST", path: "/api/v1/namespaces?dryRun=All", body: { metadata } };
          const { status, text } = await api.call(call).catch((error: unknown) => ({ status: 0, text: String(error) }));
          if (status !== 201 && !isStarved()) throw new Error(`review in a flood: ${status} ${text}`);
        },
        { perSecond: 60, seconds: 4 },
      );
      await sleep(2_000);
      breakAll(world.replicas, "expired");
      await flood;
    },
  },
];

async function leaderOf(world: World): Promise<Replica> {
  const found: { replica?: Replica | undefined } = {};
  await until(async () => (found.replica = await world.leader()) !== undefined, TAKEOVER_LIMIT_MS, "a replica leads");
  return found.replica!;
}

function breakAll(replicas: readonly Replica[], how: WatchFault): void {
  for (const { proxy } of replicas) proxy.breakWatches(how);
}

async function answering(
  replicas: readonly Replica[],
  ms: number,
  verdictOf: Parameters<Replica["proxy"]["setVerdicts"]>[0],
): Promise<void> {
  for (const { proxy } of replicas) proxy.setVerdicts(verdictOf);
  await sleep(ms);
  for (const { proxy } of replicas) proxy.setVerdicts(undefined);
}

async function until(look: () => boolean | Promise<boolean>, limitMs: number, what: string): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`wait until ${what}: not within ${limitMs} ms`);
    await sleep(100);
  }
}
