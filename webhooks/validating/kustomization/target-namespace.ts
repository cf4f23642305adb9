// K2: a Kustomization says that its objects go to its own namespace.
// Not the boundary (what lies in Git can get round it), but it keeps honest mistakes out: unset, the namespace in Git would win.
import { own } from "../../json.ts";
import { quote } from "../../text.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const targetNamespace: Rule = {
  id: "K2",
  name: "target-namespace",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace }) {
    const found = own(own(object, "spec"), "targetNamespace");
    // A Kustomization is never without namespace: an empty one must not make an empty target its own.
    if (found === namespace && namespace !== "") return [];
    const remedy = "set it to the Kustomization's own namespace";
    return [{ field: "spec.targetNamespace", found, allowed: quote(namespace), remedy }];
  },
};
