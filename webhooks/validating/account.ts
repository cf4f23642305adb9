// Whose rights an object is applied with: shared by the rules about Kustomizations, HelmReleases and ResourceSets.
import { isDnsSubdomain } from "../../src/model/names.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Facts } from "../facts.ts";
import { isUnset } from "../json.ts";
import { allowedServiceAccounts, type Policy } from "../policy.ts";
import { isStrict } from "../scope.ts";
import { quote } from "../text.ts";
import { anyOf, at } from "./fields.ts";
import type { Violation } from "./rule.ts";

/** True for the name of a ServiceAccount that the namespace's tenant may use. A namespace that is no tenant's has none. */
export function isAllowedAccount(name: unknown, namespace: string, facts: Facts, policy: Policy): boolean {
  return typeof name === "string" && isDnsSubdomain(name) && namesOf(namespace, facts, policy).includes(name);
}

/**
 * What is wrong with the account of a Kustomization or HelmRelease: `spec.serviceAccountName`, which in baseline may be missing where
 * the controllers fall back to one in a tenant's namespace.
 */
export function applyingAccount({ object, namespace }: AdmissionRequest, facts: Facts, policy: Policy): Violation[] {
  const found = at(object, "spec", "serviceAccountName");
  const hasDefault = policy.defaultServiceAccount !== "" && isTenants(namespace, facts);
  if (isUnset(found) && hasDefault && !isStrict(namespace, facts, policy)) return [];
  return accountViolations({ field: "spec.serviceAccountName", found, namespace }, facts, policy);
}

/** What is wrong with `found` as the ServiceAccount that applies the object; nothing if it may. */
export function accountViolations(
  { field, found, namespace }: { field: string; found: unknown; namespace: string },
  facts: Facts,
  policy: Policy,
): Violation[] {
  if (isAllowedAccount(found, namespace, facts, policy)) return [];
  if (!isTenants(namespace, facts)) return [{ field, found, ...noTenant(namespace, policy) }];
  const remedy = "name the ServiceAccount that applies it; without one it would run with the controller's own rights";
  return [{ field, found, allowed: anyOf(namesOf(namespace, facts, policy)), remedy }];
}

function namesOf(namespace: string, facts: Facts, policy: Policy): readonly string[] {
  return isTenants(namespace, facts) ? allowedServiceAccounts(policy, namespace) : [];
}

function isTenants(namespace: string, facts: Facts): boolean {
  return facts.namespace(namespace)?.tenant !== undefined;
}

function noTenant(namespace: string, { tenantLabels }: Policy): { allowed: string; remedy: string } {
  return {
    allowed: `none, since namespace ${quote(namespace)} is no tenant's`,
    remedy: `have the platform label the Namespace ${tenantLabels[0] ?? ""}=<tenant>, or use a tenant's namespace`,
  };
}
