// What a role does on one replica at a time: the Lease, and the client and the Events of who holds it. What is done is the role's affair.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { KubeClient } from "../kube/client.ts";
import { createEventRecorder, type EventRecorder } from "../kube/events.ts";
import { fencedClient } from "../kube/fenced-client.ts";
import { type LeaseOptions, runWithLease } from "../kube/lease.ts";
import { delay } from "../model/clock.ts";
import type { Cluster, Parts } from "./parts.ts";

/** For how long the Lease is kept to write down the Events of what was done under it. */
const FLUSH_MS = 2_000;

export interface Leading {
  /** Reads always. Writes only as long as the Lease is surely held here: otherwise they fail, and nothing is sent. */
  client: KubeClient;
  /** Written with that client. */
  events: EventRecorder;
  /** Contends until the service stops, and does the work whenever the Lease is held. The work must end soon after its signal. */
  run(work: (signal: AbortSignal) => Promise<void>): void;
}

/** `role`: its name in the log. */
export function createLeading(
  parts: Parts,
  cluster: Pick<Cluster, "client">,
  { role, lease, leader }: { role: string; lease: string; leader: LeaseOptions["metrics"]["leader"] },
): Leading {
  const { config, clock, log, metrics, lifecycle, background } = parts;
  const identity = config.identity ?? hostname();
  let holds: (() => boolean) | undefined;
  const client = fencedClient(cluster.client, () => holds?.() === true);
  const events = createEventRecorder({ client, identity, clock, log, metrics });

  return {
    client,
    events,
    run(work) {
      const led = runWithLease({
        client: cluster.client,
        clock,
        log,
        metrics: { leader },
        namespace: config.namespace,
        name: lease,
        identity: `${identity}_${randomUUID().slice(0, 8)}`,
        signal: lifecycle.signal,
        async lead(signal, held) {
          holds = held;
          await work(signal);
          await Promise.race([events.flush(), delay(FLUSH_MS, clock, new AbortController().signal)]);
        },
      });
      background(role, () => led);
      lifecycle.onStop(`${role} and its Lease`, () => led);
    },
  };
}
