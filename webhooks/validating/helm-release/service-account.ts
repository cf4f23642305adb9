// H1: a HelmRelease is installed with the rights of a ServiceAccount that its namespace is allowed to use.
// Without one helm-controller installs it with its own rights, which are usually those of cluster-admin.
import { applyingAccount } from "../account.ts";
import { HELM_RELEASES } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const serviceAccount: Rule = {
  id: "H1",
  name: "service-account",
  resources: [HELM_RELEASES],
  check: applyingAccount,
};
