// Replicas of Landlord behind one address, as a Service puts them there: a relay takes the part of kube-proxy, and of its delay.
import { setTimeout as sleep } from "node:timers/promises";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { freePort } from "../../sandbox/port.ts";
import { type Relay, startRelay } from "../../sandbox/relay.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Lease } from "../../src/kube/lease-record.ts";
import { clusterOf } from "./cluster.ts";
import { eventually } from "./eventually.ts";

/** A replica that was told to stop still gets new connections for so long: endpoints are taken away in their own time. */
const NOTICED_MS = 1_000;
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/landlord/leases/landlord";

export interface Replica extends RunningLandlord {
  name: string;
}

export interface Replicas {
  relay: Relay;
  /** Resolves when it is ready and behind the address. */
  start(name: string): Promise<Replica>;
  /** SIGTERM; out of the Service a moment later. Resolves when it has ended. */
  stop(replica: Replica): Promise<void>;
  /** SIGKILL; nobody has told the Service. Resolves to how many connections it left without their answer. */
  kill(replica: Replica): Promise<number>;
  /**
   * Runs a load of which this one has the first second to itself, so that it holds the connections that are used most: they stay where
   * they are. Resolves a moment later.
   */
  under<T>(replica: Replica, load: () => Promise<T>): Promise<{ outcome: Promise<T> }>;
  lease(): Promise<Lease>;
  /** The one that holds the Lease; waits for it. `not`: another than this one. */
  leader(options?: { not?: Replica; limitMs?: number }): Promise<Replica>;
  standby(): Promise<Replica>;
  close(): Promise<void>;
}

export async function createReplicas(sandbox: Sandbox, settings: Record<string, string> = {}): Promise<Replicas> {
  const relay = await startRelay([]);
  const cluster = clusterOf(() => sandbox);
  const running = new Map<string, Replica>();
  const serving = new Set<Replica>();

  const publish = (): void => relay.setBackends([...serving].map(({ ports }) => ports.webhooks));

  async function leave(replica: Replica): Promise<void> {
    running.delete(replica.name);
    await sleep(NOTICED_MS);
    serving.delete(replica);
    publish();
  }

  const replicas: Replicas = {
    relay,
    async start(name) {
      const ports = { webhooks: await freePort(), health: await freePort(), generator: await freePort() };
      // the first one is not ready before it is behind the address: it makes the certificate that the webhooks trust
      const started = await startLandlord(sandbox, {
        name,
        ports,
        webhookPort: relay.port,
        settings: { LANDLORD_SHUTDOWN_DRAIN: "5s", ...settings },
      });
      const replica = { ...started, name };
      running.set(name, replica);
      serving.add(replica);
      publish();
      return replica;
    },
    async stop(replica) {
      await Promise.all([replica.stop(), leave(replica)]);
    },
    async kill(replica) {
      const before = relay.unanswered(replica.ports.webhooks);
      const left = leave(replica);
      await replica.kill();
      await left;
      return relay.unanswered(replica.ports.webhooks) - before;
    },
    async under(replica, load) {
      relay.setBackends([replica.ports.webhooks]);
      relay.cut(); // idle ones, before the load
      const outcome = load();
      await sleep(1_000);
      publish();
      await sleep(500);
      if (relay.connections(replica.ports.webhooks) === 0)
        throw new Error("put a replica under load: nobody called it");
      return { outcome };
    },
    async lease() {
      const lease = await cluster.get<Lease>(LEASE);
      if (lease === undefined) throw new Error("read the Lease: not there");
      return lease;
    },
    leader: ({ not, limitMs = 30_000 } = {}) =>
      eventually(
        "somebody leads",
        async () => {
          const holder = (await cluster.get<Lease>(LEASE))?.spec?.holderIdentity ?? "";
          const replica = running.get(holder.slice(0, holder.lastIndexOf("_")));
          return replica !== undefined && replica !== not && replica;
        },
        limitMs,
      ),
    async standby() {
      const leader = await replicas.leader();
      const other = [...running.values()].find((replica) => replica !== leader);
      if (other === undefined) throw new Error("find a standby: there is none");
      return other;
    },
    async close() {
      await Promise.all([...running.values()].map((replica) => replica.kill()));
      await relay.close();
    },
  };
  return replicas;
}
