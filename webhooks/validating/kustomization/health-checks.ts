// K6: a Kustomization waits for the health of objects of its own namespace.
// What is checked is read with the applying account's rights, or with the controller's own where none is named.
import { own } from "../../json.ts";
import { isStrict } from "../../scope.ts";
import { at, foreignNamespace, itemsOf, strictOnly } from "../fields.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const healthChecks: Rule = {
  id: "K6",
  name: "health-checks",
  resources: [KUSTOMIZATIONS],
  check(request, facts, policy) {
    const { items, wrong } = itemsOf(at(request.object, "spec", "healthChecks"), "spec.healthChecks");
    const remedy = "check objects of the own namespace only";
    const foreign = items.flatMap(([field, item]) => {
      const found = own(item, "namespace");
      const denies = typeof found !== "string" || isStrict(request.namespace, facts, policy);
      return strictOnly(foreignNamespace(`${field}.namespace`, found, request, remedy), denies);
    });
    return [...wrong, ...foreign];
  },
};
