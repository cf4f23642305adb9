// H2: a HelmRelease is installed into its own namespace, which is also what it means when it says nothing.
import { isUnset } from "../../json.ts";
import { quote } from "../../text.ts";
import { at, isOwnNamespace } from "../fields.ts";
import { HELM_RELEASES } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const targetNamespace: Rule = {
  id: "H2",
  name: "target-namespace",
  resources: [HELM_RELEASES],
  check({ object, namespace }, facts, policy) {
    const found = at(object, "spec", "targetNamespace");
    if (isUnset(found) || isOwnNamespace(found, namespace, facts, policy)) return [];
    const remedy = "leave it out, or set it to the HelmRelease's own namespace";
    return [{ field: "spec.targetNamespace", found, allowed: quote(namespace), remedy }];
  },
};
