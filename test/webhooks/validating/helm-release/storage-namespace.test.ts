import { storageNamespace } from "../../../../webhooks/validating/helm-release/storage-namespace.ts";
import { BASELINE, foreignRows, type Given, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.storageNamespace";
const storage = (value: unknown, rest: Given = {}): Given => ({ spec: { storageNamespace: value }, ...rest });

testRule(storageNamespace, "HelmRelease", {
  allowed: [
    ["none", storage(undefined)],
    ["null", storage(null)],
    ["an empty one", storage("")],
    ["its own", storage("tenant-a")],
  ],
  denied: [
    ["another tenant's in baseline", storage("tenant-b", BASELINE), FIELD],
    [
      "another namespace of the same tenant, joined or not",
      storage("tenant-a-too", { policy: { tenantNamespaceSets: true } }),
      FIELD,
    ],
    ...foreignRows("storage", storage, FIELD),
  ],
});
