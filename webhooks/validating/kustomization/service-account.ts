// K1: a Kustomization is applied with the rights of a ServiceAccount that its namespace is allowed to use.
// Without one kustomize-controller applies it with its own rights, which are usually those of cluster-admin.
import { isUnset } from "../../json.ts";
import { isStrict } from "../../scope.ts";
import { accountViolations } from "../account.ts";
import { at } from "../fields.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const serviceAccount: Rule = {
  id: "K1",
  name: "service-account",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace }, facts, policy) {
    const found = at(object, "spec", "serviceAccountName");
    const hasDefault = policy.defaultServiceAccount !== "" && facts.namespace(namespace)?.tenant !== undefined;
    if (isUnset(found) && hasDefault && !isStrict(namespace, facts, policy)) return [];
    return accountViolations({ field: "spec.serviceAccountName", found, namespace }, facts, policy);
  },
};
