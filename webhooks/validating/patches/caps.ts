// K14: patches and dependencies are kept to a number and size that both kustomize and this service read in no time.
import { at } from "../fields.ts";
import { HELM_RELEASES, KUSTOMIZATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";
import { patchListsOf } from "./patch-lists.ts";
import { sizeViolations } from "./patch-size.ts";

export const MAX_DEPENDENCIES = 50;

export const caps: Rule = {
  id: "K14",
  name: "caps",
  resources: [KUSTOMIZATIONS, HELM_RELEASES],
  check(request) {
    const isRelease = request.resource.resource === HELM_RELEASES.resource;
    const { lists } = patchListsOf(request);
    return [
      ...sizeViolations(lists, isRelease ? "spec.postRenderers" : "spec.patches"),
      ...tooManyDependencies(at(request.object, "spec", "dependsOn")),
    ];
  },
};

function tooManyDependencies(dependsOn: unknown): Violation[] {
  if (!Array.isArray(dependsOn) || dependsOn.length <= MAX_DEPENDENCIES) return [];
  const field = "spec.dependsOn";
  const remedy = "depend on one object that depends on the others";
  return [{ field, found: `${dependsOn.length} dependencies`, allowed: `at most ${MAX_DEPENDENCIES}`, remedy }];
}
