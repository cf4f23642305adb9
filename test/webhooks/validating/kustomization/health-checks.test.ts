import { healthChecks } from "../../../../webhooks/validating/kustomization/health-checks.ts";
import {
  BASELINE,
  FOREIGN,
  foreignRows,
  type Given,
  NO_ITEMS,
  NO_LISTS,
  NO_STRINGS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const WEB = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
const looksAt = (list: unknown, rest: Given = {}): Given => ({ spec: { healthChecks: list }, ...rest });
const inNamespace = (namespace: unknown, rest: Given = {}): Given => looksAt([{ ...WEB, namespace }], rest);
const FIELD = "spec.healthChecks[0].namespace";

testRule(healthChecks, "Kustomization", {
  allowed: [
    ["none", looksAt(undefined)],
    ["null", looksAt(null)],
    ["an empty list", looksAt([])],
    ["its own namespace", inNamespace("tenant-a")],
    ["no namespace", looksAt([WEB])],
    ["an empty namespace", inNamespace("")],
    ["a namespace that is null", inNamespace(null)],
  ],
  denied: [
    [
      "each that is wrong",
      looksAt([{ namespace: "tenant-b" }, WEB, null, { namespace: "plain" }]),
      "spec.healthChecks[2]",
      FIELD,
      "spec.healthChecks[3].namespace",
    ],
    [
      "another namespace of the same tenant, joined or not",
      inNamespace("tenant-a-too", { policy: { tenantNamespaceSets: true } }),
      FIELD,
    ],
    ...foreignRows("namespace", inNamespace, FIELD),
    ...rowsFor(
      NO_STRINGS,
      (value) => inNamespace(value, BASELINE),
      (what) => `${what} as namespace, baseline`,
      FIELD,
    ),
    ...rowsFor(NO_LISTS, looksAt, (what) => `${what} as list`, "spec.healthChecks"),
    ...rowsFor(
      NO_ITEMS,
      (item) => looksAt([item], BASELINE),
      (what) => `${what} as item, baseline`,
      "spec.healthChecks[0]",
    ),
  ],
  warned: FOREIGN.map((name) => [`${JSON.stringify(name)} in baseline`, inNamespace(name, BASELINE), FIELD] as const),
});
