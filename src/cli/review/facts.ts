// The facts that manifests are judged by: Namespaces and ClusterRoles that the platform vouches for. Never those under review: anybody
// could declare himself a tenant.
import type { Facts } from "../../../webhooks/facts.ts";
import { isObject, type JsonObject, own } from "../../../webhooks/json.ts";
import { metadataOf } from "../../../webhooks/metadata.ts";
import type { ClusterRole } from "../../model/kube-object.ts";
import { tenantNamespace } from "../../model/tenant.ts";
import { wideRoles } from "../../tenants/wide-roles.ts";

/** Reads objects of any kind and ignores all but Namespaces and ClusterRoles. What is not among them does not exist. */
export function factsOf(objects: Iterable<JsonObject>, tenantLabels: readonly string[]): Facts {
  const namespaces = new Map<string, ReturnType<typeof tenantNamespace>>();
  const roles = new Map<string, ClusterRole>();
  for (const object of objects) {
    const metadata = metadataOf(object);
    if (metadata === undefined || metadata.name === "") continue;
    const { name, uid, labels, annotations, terminating } = metadata;
    if (isKind(object, "v1", "Namespace")) {
      const deletion = terminating ? { deletionTimestamp: "set" } : {};
      namespaces.set(name, tenantNamespace({ name, uid, labels, annotations, ...deletion }, tenantLabels));
    }
    if (isKind(object, "rbac.authorization.k8s.io/v1", "ClusterRole")) {
      const role = roleOf(object, name);
      if (role !== undefined) roles.set(name, role);
    }
  }
  return {
    synced: () => true,
    namespace: (name) => namespaces.get(name),
    isWideRole: wideRoles({ get: ({ name }) => roles.get(name) }),
  };
}

function isKind(object: JsonObject, apiVersion: string, kind: string): boolean {
  return own(object, "apiVersion") === apiVersion && own(object, "kind") === kind;
}

/** The verbs of a ClusterRole. Undefined where its rules are gathered from other roles, and have not been yet: a cluster does that, a file does not. */
function roleOf(role: JsonObject, name: string): ClusterRole | undefined {
  const rules: unknown[] = listOf(own(role, "rules"));
  if (rules.length === 0 && isObject(own(role, "aggregationRule"))) return undefined;
  const verbs = rules.map((rule) => ({ verbs: listOf(own(rule, "verbs")).map(String) }));
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name }, rules: verbs };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
