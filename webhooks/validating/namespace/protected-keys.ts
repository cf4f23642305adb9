// M1: labels and annotations that say whose a Namespace is, or what is allowed in it, are the platform's to change.
// Also through the subresources status and finalize, which change metadata too (CVE-2026-30963 and CVE-2026-55636 of Capsule).
import { INITIALIZING_LABEL, OWN_PREFIX } from "../../../src/model/labels.ts";
import { tenantOf } from "../../../src/model/tenant.ts";
import type { AdmissionRequest } from "../../admission.ts";
import { type JsonObject, own } from "../../json.ts";
import { needsMarker } from "../../marker.ts";
import { metadataOf } from "../../metadata.ts";
import { isListedKey, type Policy } from "../../policy.ts";
import { isDeputy, isTenantPrincipal } from "../../principal.ts";
import { quote } from "../../text.ts";
import { NAMESPACES } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

/** Set by the API server to the Namespace's name, whatever anybody sends. */
export const NAME_LABEL = "kubernetes.io/metadata.name";
const NO_METADATA = { labels: {}, annotations: {} };

export const protectedKeys: Rule = {
  id: "M1",
  name: "protected-keys",
  resources: [NAMESPACES],
  subResources: ["", "status", "finalize"],
  everywhere: true,
  judgesChange: true,
  check(request, facts, policy) {
    const now = metadataOf(request.object);
    const before = request.operation === "UPDATE" ? metadataOf(request.oldObject) : NO_METADATA;
    const name = request.name || now?.name || "";
    const isTenants = facts.namespace(name)?.tenant !== undefined || hasTenant(before?.labels, policy);
    if (mayChange(request, policy, isTenants)) return [];
    if (now === undefined || before === undefined) return [unreadable(request)];
    const isOwnMark = (key: string): boolean =>
      (key === NAME_LABEL && own(now.labels, key) === name) ||
      (key === INITIALIZING_LABEL && own(now.labels, key) === (needsMarker(request, policy) ? "true" : undefined));
    const guarded = guardedKeys(policy);
    return (["labels", "annotations"] as const).flatMap((field) =>
      changed(before[field], now[field])
        .filter((key) => isListedKey(key, guarded))
        .filter((key) => !(field === "labels" && isOwnMark(key)))
        .map((key) => violation(`metadata.${field}[${key}]`, own(before[field], key), own(now[field], key))),
    );
  },
};

/** Labels and annotations of a Namespace that only the platform changes; Landlord's own whatever the policy says. */
export function guardedKeys({ protectedKeys: listed, tenantLabels }: Policy): string[] {
  return [OWN_PREFIX, ...listed, ...tenantLabels];
}

/** The platform's people and accounts. One that acts on what others have written makes Namespaces, but does not relabel a tenant's. */
function mayChange({ user, operation }: AdmissionRequest, policy: Policy, isTenants: boolean): boolean {
  return !isTenantPrincipal(policy, user) && !(isDeputy(user) && operation === "UPDATE" && isTenants);
}

function hasTenant(labels: Readonly<Record<string, string>> | undefined, { tenantLabels }: Policy): boolean {
  return tenantOf(labels, tenantLabels) !== undefined;
}

function changed(before: JsonObject, now: JsonObject): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...keys].filter((key) => own(before, key) !== own(now, key));
}

function violation(field: string, before: unknown, found: unknown): Violation {
  const remedy = "leave it as it is; a platform admin may change it";
  return { field, found, allowed: before === undefined ? "none" : quote(before), remedy };
}

function unreadable({ object }: AdmissionRequest): Violation {
  const remedy = "give labels and annotations as maps of strings";
  return { field: "metadata", found: object?.["metadata"], allowed: "an object", remedy };
}
