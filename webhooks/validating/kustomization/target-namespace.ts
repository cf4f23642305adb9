// K2: a Kustomization says that its objects go to its own namespace.
// Not the boundary (what lies in Git can get round it), but it keeps honest mistakes out: unset, the namespace in Git would win.
import { isStrict } from "../../scope.ts";
import { quote } from "../../text.ts";
import { at, isOwnNamespace } from "../fields.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const targetNamespace: Rule = {
  id: "K2",
  name: "target-namespace",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace }, facts, policy) {
    const found = at(object, "spec", "targetNamespace");
    const isMissing = found === undefined || found === null;
    // What has no spec at all is no Kustomization: nothing about it is known to stay at home.
    if (isMissing && !isStrict(namespace, facts, policy) && at(object, "spec") !== undefined) return [];
    if (isOwnNamespace(found, namespace, facts, policy)) return [];
    const remedy = "set it to the Kustomization's own namespace";
    return [{ field: "spec.targetNamespace", found, allowed: quote(namespace), remedy }];
  },
};
