// One reconcile of one namespace: look, provision, report, mark, let Pods go. It reads caches and writes only what differs.
import type { KubeClient } from "../kube/client.ts";
import { isNotFound, isOtherObject, isTerminating } from "../kube/errors.ts";
import type { EventRecorder } from "../kube/events.ts";
import { NAMESPACE } from "../kube/kinds.ts";
import type { ListWatch } from "../kube/list-watch.ts";
import type { OwnWrites } from "../kube/own-writes.ts";
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import type { KubeObject, Namespace } from "../model/kube-object.ts";
import { INITIALIZED_ANNOTATION, INITIALIZING_LABEL } from "../model/labels.ts";
import type { Log } from "../model/log.ts";
import { type TenantNamespace, tenantNamespace } from "../model/tenant.ts";
import type { TenantRow } from "../tenants/row.ts";
import type { Views } from "./apply.ts";
import { liftGates } from "./pods.ts";
import { type Provisioning, provision } from "./provision.ts";
import { statusChange } from "./status.ts";
import type { Step } from "./step.ts";

export interface ControllerDeps {
  client: KubeClient;
  namespaces: OwnWrites<Namespace>;
  views: Views;
  gatedPods: ListWatch<KubeObject>;
  steps: readonly Step[];
  tenantLabels: readonly string[];
  platformNamespaces: ReadonlySet<string>;
  clusterRole: string;
  /** PEM of the CA that tenants' clients must trust; may change while running. */
  clusterCa: () => string;
  /** What the registry says of a tenant now; absent: there is none. */
  rowOf?: (tenantId: string) => TenantRow | undefined;
  events: EventRecorder;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** A ready namespace that had to be mended rests so long: somebody who keeps changing it back must not set the pace. */
const REST_MS = 1_000;
/** What was not found a moment ago is looked for again, should it be there after all. */
const LOOK_AGAIN_MS = 1_000;

export interface Outcome {
  requeueAfterMs?: number;
  restMs?: number;
  outcome: "done" | "waiting";
}

export interface Controller {
  /** Brings the namespace of that name to its state; throws what is worth a retry. */
  reconcile: (name: string, signal: AbortSignal) => Promise<Outcome | undefined>;
}

export function createController(deps: ControllerDeps): Controller {
  /** When a namespace that is not ready was first seen, by name: onboarding is measured from here. */
  const firstSeen = new Map<string, { uid: string; at: number }>();

  async function reconcile(name: string, signal: AbortSignal): Promise<Outcome | undefined> {
    const namespace = deps.namespaces.get({ name });
    if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) {
      firstSeen.delete(name);
      return undefined;
    }
    const seen = tenantNamespace(namespace.metadata, deps.tenantLabels);
    if (seen.tenant === undefined) {
      firstSeen.delete(name);
      await liftGates(name, { ...deps, signal });
      return undefined;
    }
    if (deps.platformNamespaces.has(name)) {
      refuse(seen);
      return undefined;
    }
    if (!seen.ready && firstSeen.get(name)?.uid !== seen.uid)
      firstSeen.set(name, { uid: seen.uid, at: deps.clock.now() });
    try {
      return await onboard(namespace, { ...seen, tenant: seen.tenant }, signal);
    } catch (error) {
      if (isTerminating(error)) return undefined; // the end comes as an event
      if (!isNotFound(error) && !isOtherObject(error)) throw error;
      return { outcome: "waiting", requeueAfterMs: LOOK_AGAIN_MS }; // the namespace, or something in it, was gone a moment ago
    }
  }

  async function onboard(
    namespace: Namespace,
    seen: TenantNamespace & { tenant: string },
    signal: AbortSignal,
  ): Promise<Outcome> {
    let writes = 0;
    const tenant = { id: seen.tenant, namespace: seen.name, namespaceUid: seen.uid, clusterRole: deps.clusterRole };
    const result = await provision(tenant, {
      ...deps,
      clusterCa: deps.clusterCa(),
      row: deps.rowOf?.(seen.tenant),
      now: deps.clock.now(),
      signal,
      changed: (object, change) => {
        writes++;
        deps.metrics.objectWrites.inc({ kind: object.kind, operation: change });
        const message = `${change} ${object.kind} ${object.metadata.name}`;
        deps.events.record(namespace, { type: "Normal", reason: capitalized(change), message });
      },
    });
    const ready = result.states.every(({ done }) => done);
    if (await report(namespace, result, signal)) writes++;
    if (await mark(namespace, seen, ready, signal)) writes++;
    if (ready || seen.ready) writes += await letPodsGo(namespace, signal);
    if (seen.ready && ready && writes > 0) {
      deps.log.info({ namespace: seen.name, tenant: seen.tenant, writes }, "tenant's namespace was mended");
    }
    return { ...conclude(result, ready), ...(seen.ready && writes > 0 ? { restMs: REST_MS } : {}) };
  }

  /** A platform namespace that carries a tenant label is somebody's mistake or attack: nothing is written there. */
  function refuse({ name, tenant }: TenantNamespace): void {
    deps.metrics.refusedNamespaces.inc({ cause: "platform" });
    deps.log.warn({ namespace: name, tenant }, "platform namespace carries a tenant label and is not provisioned");
  }

  /** Resolves to whether there was something new to say. */
  async function report(
    namespace: Namespace,
    { states, failure }: Provisioning,
    signal: AbortSignal,
  ): Promise<boolean> {
    const conditions = statusChange(namespace, states, deps.clock.now());
    if (conditions === undefined) return false;
    const { name, uid } = namespace.metadata;
    const metadata = { name, ...(uid === undefined ? {} : { uid }) };
    const status: Namespace = { apiVersion: "v1", kind: "Namespace", metadata, status: { conditions } };
    deps.namespaces.wrote(await deps.client.apply(NAMESPACE, status, { subresource: "status", signal }));
    const blocked = states.find(({ done }) => !done);
    if (blocked === undefined) return true;
    const { step, reason, message } = blocked;
    const type = reason.startsWith("Waiting") ? "Normal" : "Warning";
    deps.events.record(namespace, { type, reason, message: `${step}: ${message}` });
    // a failure is thrown, and logged by the queue with the time of the next try
    if (failure === undefined) deps.log.info({ namespace: name, step, reason, cause: message }, "tenant has to wait");
    return true;
  }

  /** Puts the ready mark and takes the marker off; a namespace that must wait without a marker (made while the webhook was away) gets one. Resolves to whether it wrote. */
  async function mark(
    namespace: Namespace,
    seen: TenantNamespace,
    ready: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    const markable = seen.ready || ready;
    if (markable ? seen.ready && !seen.initializing : seen.initializing) return false;
    const metadata = markable
      ? { annotations: { [INITIALIZED_ANNOTATION]: seen.uid }, labels: { [INITIALIZING_LABEL]: null } }
      : { labels: { [INITIALIZING_LABEL]: "true" } };
    const body = { metadata: { uid: seen.uid, ...metadata } };
    deps.namespaces.wrote(await deps.client.patch(NAMESPACE, { name: seen.name }, { type: "merge", body }, { signal }));
    if (!markable || seen.ready) return true;
    const now = deps.clock.now();
    const seconds = (now - (firstSeen.get(seen.name)?.at ?? now)) / 1000;
    firstSeen.delete(seen.name);
    deps.metrics.onboardingSeconds.observe(seconds);
    const message = `tenant ${seen.tenant} is ready after ${Math.round(seconds * 1000)} ms`;
    deps.events.record(namespace, { type: "Normal", reason: "TenantReady", message });
    deps.log.info({ namespace: seen.name, tenant: seen.tenant, seconds }, "tenant is ready");
    return true;
  }

  /** Resolves to how many. */
  async function letPodsGo(namespace: Namespace, signal: AbortSignal): Promise<number> {
    const lifted = await liftGates(namespace.metadata.name, { ...deps, signal });
    if (lifted === 0) return 0;
    const message = `let ${lifted} waiting ${lifted === 1 ? "Pod" : "Pods"} be scheduled`;
    deps.events.record(namespace, { type: "Normal", reason: "PodsReleased", message });
    return lifted;
  }

  return { reconcile };
}

function conclude({ checkAfterMs, failure }: Provisioning, ready: boolean): Outcome {
  if (failure !== undefined) throw failure instanceof Error ? failure : new Error("provision", { cause: failure });
  return {
    outcome: ready ? "done" : "waiting",
    ...(checkAfterMs === undefined ? {} : { requeueAfterMs: checkAfterMs }),
  };
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
