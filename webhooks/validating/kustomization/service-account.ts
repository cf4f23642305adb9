// K1: a Kustomization is applied with the rights of a ServiceAccount that its namespace is allowed to use.
// Without one kustomize-controller applies it with its own rights, which are usually those of cluster-admin.
import { isDnsSubdomain } from "../../../src/model/names.ts";
import type { Facts } from "../../facts.ts";
import { own } from "../../json.ts";
import type { Policy } from "../../policy.ts";
import { quote } from "../../text.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const serviceAccount: Rule = {
  id: "K1",
  name: "service-account",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace }, facts, policy) {
    const field = "spec.serviceAccountName";
    const found = own(own(object, "spec"), "serviceAccountName");
    if (!isTenants(namespace, facts)) return [{ field, found, ...noTenant(namespace, policy) }];
    const names = policy.allowedServiceAccounts(namespace);
    if (typeof found === "string" && isDnsSubdomain(found) && names.includes(found)) return [];
    const remedy = "name the ServiceAccount that applies it; without one it would run with the controller's own rights";
    return [{ field, found, allowed: names.length === 0 ? "none" : names.map(quote).join(" or "), remedy }];
  },
};

function isTenants(namespace: string, facts: Facts): boolean {
  return facts.namespace(namespace)?.tenant !== undefined;
}

function noTenant(namespace: string, { tenantLabels }: Policy): { allowed: string; remedy: string } {
  return {
    allowed: `none, since namespace ${quote(namespace)} is no tenant's`,
    remedy: `have the platform label the Namespace ${tenantLabels[0] ?? ""}=<tenant>, or use a tenant's namespace`,
  };
}
