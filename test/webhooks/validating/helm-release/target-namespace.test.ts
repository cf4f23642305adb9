import { targetNamespace } from "../../../../webhooks/validating/helm-release/target-namespace.ts";
import { BASELINE, foreignRows, type Given, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.targetNamespace";
const target = (value: unknown, rest: Given = {}): Given => ({ spec: { targetNamespace: value }, ...rest });
const SETS = { policy: { tenantNamespaceSets: true } };

testRule(targetNamespace, "HelmRelease", {
  allowed: [
    ["none, which means its own", target(undefined)],
    ["null", target(null)],
    ["an empty one", target("")],
    ["its own", target("tenant-a")],
    ["another namespace of the same tenant where these are joined", target("tenant-a-too", SETS)],
  ],
  denied: [
    ["another namespace of the same tenant where these are not joined", target("tenant-a-too"), FIELD],
    ["another tenant's where a tenant's are joined", target("tenant-b", SETS), FIELD],
    ["another tenant's in baseline", target("tenant-b", BASELINE), FIELD],
    [
      "the namespace that the object says, but the request does not",
      target("tenant-a", { request: { namespace: "tenant-b" } }),
      FIELD,
    ],
    ...foreignRows("target", target, FIELD),
  ],
});
