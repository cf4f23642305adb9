// Wires the initializer: which watches feed it, what puts a namespace on the queue, and the work of the Lease's holder.
import type { KubeClient } from "../kube/client.ts";
import type { EventRecorder } from "../kube/events.ts";
import { POD } from "../kube/kinds.ts";
import { createListWatch, type ListWatch } from "../kube/list-watch.ts";
import { createOwnWrites } from "../kube/own-writes.ts";
import { createQueue, type Queue } from "../kube/queue.ts";
import type { Metrics } from "../metrics.ts";
import { bitByBit } from "../model/bit-by-bit.ts";
import { aborted, type Clock } from "../model/clock.ts";
import type { KubeObject, Namespace } from "../model/kube-object.ts";
import { GATED_LABEL, MANAGED_BY, MANAGED_BY_LABEL } from "../model/labels.ts";
import type { Log } from "../model/log.ts";
import { tenantNamespace, tenantOf } from "../model/tenant.ts";
import type { TenantRow } from "../tenants/row.ts";
import { MANAGED_KINDS, type Views } from "./apply.ts";
import { createController } from "./controller.ts";
import { type StepSettings, tenantSteps } from "./steps/index.ts";

/** What is in hand when leadership ends may finish within this time: well before the next leader begins. */
const DRAIN_MS = 3_000;

export interface InitializerOptions {
  client: KubeClient;
  /** Full objects: conditions are read from them. Somebody else runs it. */
  namespaces: ListWatch<Namespace>;
  settings: StepSettings & {
    tenantLabels: readonly string[];
    platformNamespaces: ReadonlySet<string>;
    clusterRole: string;
    /** Namespaces worked on at once. */
    concurrency: number;
  };
  clusterCa: () => string;
  /** What the registry says of a tenant now; absent: there is none. Whoever supplies it calls `lookAgain` when it says something new. */
  rowOf?: (tenantId: string) => TenantRow | undefined;
  events: EventRecorder;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface Initializer {
  /** To be run on every replica, so that a new holder of the Lease starts with full caches. */
  watches: ListWatch<KubeObject>[];
  /** Works until the signal is aborted; resolves once nothing is in hand any more. For the holder of the Lease. */
  lead(signal: AbortSignal): Promise<void>;
  /** Looks whether every tenant's namespace is still as it should be; nothing unless this replica leads. */
  lookAgain(): void;
}

export function createInitializer(options: InitializerOptions): Initializer {
  const { client, namespaces, settings, clock, log, metrics } = options;
  const shared = { client, clock, log, metrics };
  const managedBy = `${MANAGED_BY_LABEL}=${MANAGED_BY}`;
  const managed = MANAGED_KINDS.map(({ kind }) => createListWatch({ ...shared, kind, labelSelector: managedBy }));
  const gatedPods = createListWatch<KubeObject>({
    ...shared,
    kind: POD,
    labelSelector: `${GATED_LABEL}=true`,
    metadataOnly: true,
  });
  /** Set while this replica holds the Lease. */
  let queue: Queue | undefined;
  const look = ({ metadata }: KubeObject): void => queue?.add(metadata.namespace ?? metadata.name);
  const views: Views = new Map(
    managed.map((watch, index) => [MANAGED_KINDS[index]?.kind.kind ?? "", createOwnWrites(watch, clock, look)]),
  );
  const controller = createController({
    ...options,
    ...settings,
    namespaces: createOwnWrites(namespaces, clock, look),
    views,
    gatedPods,
    steps: tenantSteps(settings),
  });

  for (const watch of [namespaces, ...managed, gatedPods]) {
    watch.subscribe(({ object }: { object: KubeObject }) => look(object));
  }

  async function lead(signal: AbortSignal): Promise<void> {
    const watches: ListWatch<KubeObject>[] = [namespaces, ...managed, gatedPods];
    await Promise.all(watches.map((watch) => watch.whenSynced(signal))).catch(() => undefined); // it rejects when aborted
    if (signal.aborted) return;
    queue = createQueue({
      name: "initializer",
      concurrency: settings.concurrency,
      process: controller.reconcile,
      ...shared,
    });
    const working = queue;
    await bitByBit(Array.from(namespaces.values()), ({ metadata }) => {
      const { ready } = tenantNamespace(metadata, settings.tenantLabels);
      working.add(metadata.name, ready ? "resync" : "fresh");
    });
    await aborted(signal);
    queue = undefined;
    await working.drain(AbortSignal.timeout(DRAIN_MS));
  }

  function lookAgain(): void {
    if (queue === undefined) return;
    for (const { metadata } of namespaces.values()) {
      if (tenantOf(metadata.labels, settings.tenantLabels) !== undefined) queue.add(metadata.name, "resync");
    }
  }

  return { watches: [...managed, gatedPods], lead, lookAgain };
}
