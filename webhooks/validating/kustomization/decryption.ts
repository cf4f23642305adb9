// K9: a Kustomization that decrypts names the key it decrypts with.
// With none named the controller uses its own, which opens what other tenants have encrypted.
import { isUnset, own } from "../../json.ts";
import { isStrict } from "../../scope.ts";
import { isAllowedAccount } from "../account.ts";
import { at, objectAt, strictOnly, wrongType } from "../fields.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

export const decryption: Rule = {
  id: "K9",
  name: "decryption",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace }, facts, policy) {
    const { value, wrong: whole } = objectAt(at(object, "spec", "decryption"), "spec.decryption");
    const secretRef = objectAt(own(value, "secretRef"), "spec.decryption.secretRef");
    const secret = own(secretRef.value, "name");
    const account = own(value, "serviceAccountName");
    const wrong = [
      ...whole,
      ...secretRef.wrong,
      ...noText("spec.decryption.secretRef.name", secret),
      ...noText("spec.decryption.serviceAccountName", account),
    ];
    if (value === undefined || wrong.length > 0) return wrong;
    const violations: Violation[] = [];
    if (!isUnset(account) && !isAllowedAccount(account, namespace, facts, policy)) {
      const remedy = "name a ServiceAccount that the namespace is allowed to use";
      violations.push({
        field: "spec.decryption.serviceAccountName",
        found: account,
        allowed: "one of its own",
        remedy,
      });
    } else if (isUnset(account) && isUnset(secret)) {
      const remedy = "name a Secret or a ServiceAccount of the own namespace that holds the key";
      violations.push({
        field: "spec.decryption",
        found: value,
        allowed: "secretRef or serviceAccountName set",
        remedy,
      });
    }
    return strictOnly(violations, isStrict(namespace, facts, policy));
  },
};

function noText(field: string, found: unknown): Violation[] {
  return isUnset(found) || typeof found === "string" ? [] : [wrongType(field, found, "a text")];
}
