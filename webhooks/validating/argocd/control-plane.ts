// A9: in Argo CD's own namespace Applications and ApplicationSets are the platform's alone: there they may use any project.
import { isTenantPrincipal } from "../../principal.ts";
import { quote } from "../../text.ts";
import { APPLICATION_SETS, APPLICATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";

export const controlPlane: Rule = {
  id: "A9",
  name: "control-plane",
  resources: [APPLICATIONS, APPLICATION_SETS],
  everywhere: true,
  judgesChange: true,
  check({ user, namespace }, _facts, policy) {
    if (namespace !== policy.argoNamespace || !isTenantPrincipal(policy, user)) return [];
    const allowed = `another namespace than ${quote(policy.argoNamespace)}`;
    return [{ field: "metadata.namespace", found: namespace, allowed, remedy: "use the tenant's own namespace" }];
  },
};
