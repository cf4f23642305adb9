// What is known of namespaces and their tenants: the facts that admission asks for, read from a watch's cache.
import type { Facts } from "../../webhooks/facts.ts";
import type { Metrics } from "../metrics.ts";
import type { KubeObject, Namespace } from "../model/kube-object.ts";
import { INITIALIZED_ANNOTATION } from "../model/labels.ts";
import { type TenantNamespace, tenantNamespace } from "../model/tenant.ts";

/** The part of a list-watch of Namespaces that is needed; metadata is enough. */
export interface NamespaceCache {
  synced(): boolean;
  get(ref: { name: string }): KubeObject | undefined;
  subscribe(listener: (event: { type: string; object: KubeObject }) => void): void;
}

/** Call it before the cache runs: tenants are counted from its events. */
export function namespaceFacts(
  cache: NamespaceCache,
  {
    tenantLabels,
    isWideRole,
    metrics,
  }: { tenantLabels: readonly string[]; isWideRole: Facts["isWideRole"]; metrics: Metrics },
): Facts {
  const states = new Map<string, "ready" | "initializing">();
  const read = ({ metadata }: KubeObject): TenantNamespace => tenantNamespace(metadata, tenantLabels);

  cache.subscribe(({ type, object }) => {
    const { name, tenant, ready } = read(object);
    const before = states.get(name);
    if (before !== undefined) metrics.tenants.dec({ state: before });
    states.delete(name);
    if (type === "removed" || tenant === undefined) return;
    const state = ready ? "ready" : "initializing";
    states.set(name, state);
    metrics.tenants.inc({ state });
  });

  return {
    synced: () => cache.synced(),
    isWideRole,
    namespace(name) {
      const object = cache.get({ name });
      return object === undefined ? undefined : read(object);
    },
  };
}

/** What is kept of a Namespace in memory: all that anybody asks for, and nothing that people may put there by the kilobyte. */
export function slimNamespace({ apiVersion, kind, metadata, status }: Namespace): Namespace {
  const { name, uid, resourceVersion, labels, deletionTimestamp } = metadata;
  const mark = metadata.annotations?.[INITIALIZED_ANNOTATION];
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(labels === undefined ? {} : { labels }),
      ...(mark === undefined ? {} : { annotations: { [INITIALIZED_ANNOTATION]: mark } }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    ...(status?.conditions === undefined ? {} : { status: { conditions: status.conditions } }),
  };
}
