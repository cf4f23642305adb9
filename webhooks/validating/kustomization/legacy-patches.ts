// K12: the patches that the first versions of the API had are not used: they are applied after the namespace is set.
// Judged by presence, in any version: what one version of a CRD drops, another hands to the controller.
import { isStrict } from "../../scope.ts";
import { at } from "../fields.ts";
import type { PatchList } from "../patches/patch-lists.ts";
import { sizeViolations } from "../patches/patch-size.ts";
import { patchViolations } from "../patches/patches.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

const FIELDS = ["patchesJson6902", "patchesStrategicMerge"];

export const legacyPatches: Rule = {
  id: "K12",
  name: "legacy-patches",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace }, facts, policy) {
    if (!isStrict(namespace, facts, policy)) {
      const operations: PatchList = {
        field: "spec.patchesJson6902",
        form: "operations",
        patches: at(object, "spec", "patchesJson6902"),
      };
      const tooMuch = sizeViolations([operations], "spec.patchesJson6902");
      if (tooMuch.length > 0) return tooMuch;
      return patchViolations(operations, { namespace, namespaceMayMove: false });
    }
    const found = FIELDS.map((key) => [`spec.${key}`, at(object, "spec", key)] as const);
    return found
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([field, value]) => ({ field, found: value, allowed: "none", remedy: "use spec.patches" }));
  },
};
