// K5: an object waits for objects of its own namespace only.
// The controllers read what it depends on with their own rights, and let its readyExpr look at all of it; no flag of theirs prevents that.
import type { AdmissionRequest } from "../../admission.ts";
import { own } from "../../json.ts";
import { at, badName, foreignNamespace, itemsOf } from "../fields.ts";
import { HELM_RELEASES, KUSTOMIZATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

export const dependsOn: Rule = {
  id: "K5",
  name: "depends-on",
  resources: [KUSTOMIZATIONS, HELM_RELEASES],
  check: dependencyViolations,
};

/** What is wrong with `spec.dependsOn`, of any kind that has one. */
export function dependencyViolations(request: AdmissionRequest): Violation[] {
  const { items, wrong } = itemsOf(at(request.object, "spec", "dependsOn"), "spec.dependsOn");
  const remedy = "depend on objects of the own namespace only";
  const found = items.flatMap(([field, item]) => [
    ...badName(`${field}.name`, own(item, "name"), "give the other object's metadata.name"),
    ...foreignNamespace(`${field}.namespace`, own(item, "namespace"), request, remedy),
  ]);
  return [...wrong, ...found];
}
