// K7: a patch does not move objects to another namespace, nor make them objects of another kind.
// kustomize sets targetNamespace after the patches, but only on what it then takes for namespaced; and a HelmRelease has none.
import { isUnset } from "../../json.ts";
import { isStrict } from "../../scope.ts";
import { at } from "../fields.ts";
import { HELM_RELEASES, KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";
import { patchListsOf } from "./patch-lists.ts";
import { sizeViolations } from "./patch-size.ts";
import { patchViolations } from "./patches.ts";

export const kustomizePatches: Rule = {
  id: "K7",
  name: "kustomize-patches",
  resources: [KUSTOMIZATIONS, HELM_RELEASES],
  check(request, facts, policy) {
    const { lists, wrong } = patchListsOf(request);
    if (sizeViolations(lists, "spec").length > 0) return []; // K14 tells
    const { object, namespace, resource } = request;
    const isKustomization = resource.resource === KUSTOMIZATIONS.resource;
    const namespaceMayMove =
      isKustomization && !isUnset(at(object, "spec", "targetNamespace")) && !isStrict(namespace, facts, policy);
    // The older fields of a Kustomization are K12's.
    const judged = lists.filter(({ form }) => form === "text" || !isKustomization);
    const found = judged.flatMap((list) => patchViolations(list, { namespace, namespaceMayMove }));
    return [...wrong, ...found];
  },
};
