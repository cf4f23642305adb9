// A2: an Application goes to its own namespace, said out loud: Argo CD puts whatever names none there.
import type { AdmissionRequest } from "../../admission.ts";
import type { Facts } from "../../facts.ts";
import type { Policy } from "../../policy.ts";
import { quote } from "../../text.ts";
import type { ApplicationSpec } from "../application.ts";
import { at, isOwnNamespace } from "../fields.ts";
import { APPLICATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

export const destinationNamespace: Rule = {
  id: "A2",
  name: "destination-namespace",
  resources: [APPLICATIONS],
  check(request, facts, policy) {
    const spec = at(request.object, "spec");
    return destinationNamespaceViolations({ field: "spec", spec }, request, facts, policy);
  },
};

export function destinationNamespaceViolations(
  { field, spec, isPartial }: ApplicationSpec,
  { namespace }: AdmissionRequest,
  facts: Facts,
  policy: Policy,
): Violation[] {
  const found = at(spec, "destination", "namespace");
  if (isPartial && found === undefined) return [];
  if (isOwnNamespace(found, namespace, facts, policy)) return [];
  const remedy = "set it to the Application's own namespace";
  return [{ field: `${field}.destination.namespace`, found, allowed: quote(namespace), remedy }];
}
