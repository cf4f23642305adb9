// Fills in what the policy lets a tenant leave out of a new Kustomization or HelmRelease. What is there stays as it is: the rules judge it afterwards.
// On CREATE only: on a later change the field may be another's, and a default that appears then would be fought over.
import type { AdmissionRequest } from "../admission.ts";
import { declaredFacts } from "../facts.ts";
import { isCopyable, isUnset, type JsonObject, own } from "../json.ts";
import { PatchBuilder } from "../patch.ts";
import { allowedServiceAccounts, type Policy } from "../policy.ts";
import { quote } from "../text.ts";
import { HELM_RELEASES, KUSTOMIZATIONS, type Resource } from "../validating/resource.ts";
import { type Mutation, UNCHANGED } from "./mutation.ts";

export const fluxDefaults: Mutation = {
  name: "flux-defaults",
  mutate(request, facts, policy) {
    const spec = own(request.object, "spec");
    if (request.object === undefined || !isCopyable(request.object) || !isCopyable(spec)) return UNCHANGED;
    const missing = defaultsFor(request, policy).filter(({ field }) => isMissing(spec, field));
    if (missing.length === 0 || policy.platformNamespaces.has(request.namespace)) return UNCHANGED;
    if (declaredFacts(facts, policy).namespace(request.namespace)?.tenant === undefined) return UNCHANGED;

    const builder = new PatchBuilder(request.object);
    for (const { field, value } of missing) builder.set(["spec", field], value);
    const warnings = missing.map(({ field, value }) => `spec.${field} filled in: ${quote(value)}`);
    return { patch: builder.operations, warnings };
  },
};

interface Default {
  field: "serviceAccountName" | "targetNamespace";
  value: string;
}

/** An empty target is left alone: somebody may mean it. */
function isMissing(spec: JsonObject, field: Default["field"]): boolean {
  const value = own(spec, field);
  return field === "serviceAccountName" ? isUnset(value) : value === undefined || value === null;
}

/** Where several accounts are allowed the tenant chooses. */
function defaultsFor(request: AdmissionRequest, policy: Policy): Default[] {
  const { defaulting } = policy;
  const { namespace, operation, subResource } = request;
  const isKustomization = isAbout(request, KUSTOMIZATIONS);
  if (operation !== "CREATE" || subResource !== "" || !(isKustomization || isAbout(request, HELM_RELEASES))) return [];
  const [account, ...others] = allowedServiceAccounts(policy, namespace);
  const isOnlyOne = account !== undefined && others.length === 0;
  return [
    ...(defaulting.serviceAccountName && isOnlyOne ? [{ field: "serviceAccountName" as const, value: account }] : []),
    ...(defaulting.targetNamespace && isKustomization ? [{ field: "targetNamespace" as const, value: namespace }] : []),
  ];
}

function isAbout(
  { resource: { group, resource } }: AdmissionRequest,
  { group: wanted, resource: plural }: Resource,
): boolean {
  return group === wanted && resource === plural;
}
