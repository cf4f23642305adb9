// K1: a Kustomization is applied with the rights of a ServiceAccount that its namespace is allowed to use.
// Without one kustomize-controller applies it with its own rights, which are usually those of cluster-admin.
import { applyingAccount } from "../account.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const serviceAccount: Rule = {
  id: "K1",
  name: "service-account",
  resources: [KUSTOMIZATIONS],
  check: applyingAccount,
};
