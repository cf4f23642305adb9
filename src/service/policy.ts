// What the role `webhooks` decides by besides tenants: the policy, wherever the settings say that it is, and the cluster's ClusterRoles.
import { hostname } from "node:os";
import { createEventRecorder } from "../kube/events.ts";
import { CLUSTER_ROLE, CONFIG_MAP } from "../kube/kinds.ts";
import { createListWatch } from "../kube/list-watch.ts";
import type { ClusterRole, ConfigMap, KubeObject } from "../model/kube-object.ts";
import { createConfigMapPolicy } from "../policy/config-map-source.ts";
import { type CurrentPolicy, createCurrentPolicy } from "../policy/current.ts";
import { createFilePolicy } from "../policy/file-source.ts";
import type { PolicySource } from "../policy/source.ts";
import { slimClusterRole, wideRoles } from "../tenants/wide-roles.ts";
import type { Cluster, Parts } from "./parts.ts";
import { policyBase } from "./policy-base.ts";

/** Follows the policy from now on. Not ready until a valid one was read, if the settings name a source. */
export function startPolicy(parts: Parts, cluster: Cluster): CurrentPolicy {
  const { config, clock, log, metrics, lifecycle, checks, background } = parts;
  const { source, about } = openSource(parts, cluster);
  const identity = config.identity ?? hostname();
  const events = createEventRecorder({ client: cluster.client, identity, clock, log, metrics });
  lifecycle.onStop("events of the policy", () => events.flush());
  const current = createCurrentPolicy({
    source,
    base: policyBase(config),
    clock,
    log,
    metrics,
    report: (message) => events.record(about(), { type: "Warning", reason: "PolicyRefused", message }),
  });
  background("policy", (signal) => current.run(signal));
  checks.push({ name: "policy", check: () => current.ready() });
  return current;
}

/** The source, and which object Events about it are about. */
function openSource(
  { config: { namespace, policySource }, background, ...shared }: Parts,
  { client }: Cluster,
): { source: PolicySource | undefined; about: () => KubeObject } {
  const home: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  if (policySource === undefined) return { source: undefined, about: () => home };
  if ("path" in policySource) {
    return { source: createFilePolicy({ path: policySource.path, clock: shared.clock }), about: () => home };
  }
  const name = policySource.configMap;
  const fieldSelector = `metadata.name=${name}`; // one object, so that a Role can be narrowed to its name
  const select = { kind: CONFIG_MAP, namespace, fieldSelector, label: "policy" };
  const watch = createListWatch<ConfigMap>({ ...shared, client, ...select });
  background("watch of the policy", (signal) => watch.run(signal));
  const bare: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } };
  return {
    source: createConfigMapPolicy({ watch, namespace, name }),
    about: () => ({ ...bare, metadata: watch.get({ namespace, name })?.metadata ?? bare.metadata }),
  };
}

/** Whether a ClusterRole holds impersonate, escalate or bind, as the cluster has it. */
export function watchClusterRoles(
  { checks, background, ...shared }: Parts,
  { client }: Cluster,
): (name: string) => boolean | undefined {
  const roles = createListWatch<ClusterRole>({ ...shared, client, kind: CLUSTER_ROLE, transform: slimClusterRole });
  background("watch of ClusterRoles", (signal) => roles.run(signal));
  checks.push({ name: "cluster roles", check: () => roles.synced() || "not read from the API server yet" });
  return wideRoles(roles);
}
