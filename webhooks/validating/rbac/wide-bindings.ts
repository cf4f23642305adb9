// M2: warns of bindings that give a tenant's ServiceAccounts rights outside their namespaces, or the right to take more.
// Whatever else is judged here rests on those accounts being able to do nothing elsewhere.
import type { AdmissionRequest } from "../../admission.ts";
import { type Facts, isSameTenant } from "../../facts.ts";
import type { JsonObject } from "../../json.ts";
import { own } from "../../json.ts";
import type { Policy } from "../../policy.ts";
import { serviceAccountOf } from "../../principal.ts";
import { at, itemsOf } from "../fields.ts";
import { CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

/** Groups that every ServiceAccount is in, a tenant's too. */
const EVERYBODY = ["system:serviceaccounts", "system:authenticated"];
const ACCOUNTS_OF = "system:serviceaccounts:";

export const wideBindings: Rule = {
  id: "M2",
  name: "wide-bindings",
  resources: [ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS],
  everywhere: true,
  check(request, facts, policy) {
    const { items, wrong } = itemsOf(at(request.object, "subjects"), "subjects");
    const tenants = items.filter(([, subject]) => isTenants(subject, request, facts));
    const role = at(request.object, "roleRef", "name");
    const isWide = isWideRole(at(request.object, "roleRef"), facts, policy);
    const found = tenants.flatMap(([field, subject]): Violation[] => {
      if (reachesOut(subject, request, facts)) return [outside(field, subject)];
      return isWide ? [taking(role)] : [];
    });
    return [...wrong, ...found].map((violation) => ({ ...violation, isWarning: true }));
  },
};

/** The tenant's namespace that a subject is of; "" for a group that holds every tenant's accounts; undefined for others. */
function homeOf(subject: JsonObject, { namespace }: AdmissionRequest): string | undefined {
  const [kind, name] = [own(subject, "kind"), own(subject, "name")];
  if (kind === "ServiceAccount") {
    const home = own(subject, "namespace") || namespace;
    return typeof home === "string" && home !== "" ? home : undefined;
  }
  if (typeof name !== "string") return undefined;
  if (kind === "User") return serviceAccountOf(name)?.namespace;
  if (kind !== "Group") return undefined;
  return EVERYBODY.includes(name) ? "" : name.startsWith(ACCOUNTS_OF) ? name.slice(ACCOUNTS_OF.length) : undefined;
}

function isTenants(subject: JsonObject, request: AdmissionRequest, facts: Facts): boolean {
  const home = homeOf(subject, request);
  return home !== undefined && (home === "" || facts.namespace(home)?.tenant !== undefined);
}

function reachesOut(subject: JsonObject, request: AdmissionRequest, facts: Facts): boolean {
  const home = homeOf(subject, request) ?? "";
  if (request.resource.resource === CLUSTER_ROLE_BINDINGS.resource || home === "") return true;
  return home !== request.namespace && !isSameTenant(home, request.namespace, facts);
}

function isWideRole(roleRef: unknown, facts: Facts, policy: Policy): boolean {
  const name = own(roleRef, "name");
  if (own(roleRef, "kind") !== "ClusterRole" || typeof name !== "string") return false;
  return policy.wideClusterRoles.has(name) || facts.isWideRole(name) === true;
}

function outside(field: string, subject: JsonObject): Violation {
  const remedy = "bind it in its own namespace only, unless the platform means to trust the tenant with this";
  return { field: `${field}.name`, found: own(subject, "name"), allowed: "no tenant's account", remedy };
}

function taking(found: unknown): Violation {
  const remedy = "bind a role without impersonate, escalate and bind";
  return { field: "roleRef.name", found, allowed: "a role that cannot take more rights than it has", remedy };
}
