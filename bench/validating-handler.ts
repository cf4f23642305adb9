// The validating webhook's handler without a cluster: all rules, metrics and log; the only namespace is a tenant's.
import { createAdmission } from "../src/http/admission.ts";
import { createLog, type LogLevel } from "../src/log.ts";
import { createMetrics } from "../src/metrics.ts";
import { INITIALIZED_ANNOTATION, TENANT_LABEL } from "../src/model/labels.ts";
import { tenantNamespace } from "../src/model/tenant.ts";
import { policyOf } from "../src/policy/policy-of.ts";
import { createValidator } from "../webhooks/chain.ts";
import type { Policy } from "../webhooks/policy.ts";
import { rules } from "../webhooks/validating/index.ts";
import type { Rule } from "../webhooks/validating/rule.ts";

/** As the cases of the confinement name it. */
export const NAMESPACE_NAME = "tenant-a";
const UID = "6f4f1b1e-3a4d-4d2a-9d3f-6f0a0c5b7a11";
const METADATA = {
  name: NAMESPACE_NAME,
  uid: UID,
  labels: { [TENANT_LABEL]: "a" },
  annotations: { [INITIALIZED_ANNOTATION]: UID },
};

export interface HandlerOptions {
  members?: readonly Rule[];
  policy?: Policy;
  logLevel?: LogLevel;
}

/** By default as the service has it: all rules, the policy that holds without a file, `info`. */
export function validatingHandler({
  members = rules,
  policy = defaultPolicy(),
  logLevel = "info",
}: HandlerOptions = {}) {
  const metrics = createMetrics();
  const namespace = tenantNamespace(METADATA, [TENANT_LABEL]);
  const decide = createValidator({
    members,
    facts: {
      synced: () => true,
      namespace: (name) => (name === NAMESPACE_NAME ? namespace : undefined),
      isWideRole: () => undefined,
    },
    policy: () => policy,
    observe: ({ id }, seconds) => metrics.memberSeconds.observe({ member: id }, seconds),
    onError: (_, error) => {
      throw error;
    },
  });
  const resources = new Set(members.flatMap((rule) => rule.resources.map(({ resource }) => resource)));
  return createAdmission({ webhook: "validate", decide, resources, log: createLog(logLevel), metrics });
}

function defaultPolicy(): Policy {
  return policyOf(
    {},
    {
      namespace: "landlord",
      ownUser: "system:serviceaccount:landlord:landlord",
      tenantLabels: [TENANT_LABEL],
      platformNamespaces: new Set(["flux-system", "kube-system", "argocd"]),
      adminGroups: new Set(["platform-admins"]),
      adminUsers: new Set(),
      sharedSources: [],
      ruleIds: new Set(rules.map(({ id }) => id)),
    },
  );
}
