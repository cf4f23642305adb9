import { dependsOn } from "../../../../webhooks/validating/flux/depends-on.ts";
import {
  BASELINE,
  foreignRows,
  type Given,
  NO_ITEMS,
  NO_LISTS,
  NO_STRINGS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const [NAME, NAMESPACE] = ["spec.dependsOn[0].name", "spec.dependsOn[0].namespace"];
const waits = (list: unknown, rest: Given = {}): Given => ({ spec: { dependsOn: list }, ...rest });
const inNamespace = (namespace: unknown): Given => waits([{ name: "db", namespace }]);
const named = (name: unknown): Given => waits([{ name }]);
const NAMES = ["", "DB", "db ", "a_b", "tenant-b/db", "a:b", "-a", "a..b", "*", "a".repeat(254), "${DB}"];

for (const kind of ["Kustomization", "HelmRelease"]) {
  testRule(dependsOn, kind, {
    allowed: [
      ["nothing", waits(undefined)],
      ["null", waits(null)],
      ["an empty list", waits([])],
      ["objects of its own namespace", waits([{ name: "db" }, { name: "queue.v1", namespace: "tenant-a" }])],
      [
        "an empty namespace and one that is null",
        waits([
          { name: "db", namespace: "" },
          { name: "db", namespace: null },
        ]),
      ],
      ["an expression about its own", waits([{ name: "db", readyExpr: "dep.metadata.namespace == 'tenant-b'" }])],
    ],
    denied: [
      ["another tenant's in baseline", waits([{ name: "db", namespace: "tenant-b" }], BASELINE), NAMESPACE],
      [
        "another namespace of the same tenant, joined or not",
        waits([{ name: "db", namespace: "tenant-a-too" }], { policy: { tenantNamespaceSets: true } }),
        NAMESPACE,
      ],
      [
        "each that is wrong",
        waits([{ name: "db" }, null, { name: "", namespace: "x" }, "db", { name: "db", namespace: [] }]),
        "spec.dependsOn[1]",
        "spec.dependsOn[3]",
        "spec.dependsOn[2].name",
        "spec.dependsOn[2].namespace",
        "spec.dependsOn[4].namespace",
      ],
      ["no name", waits([{}]), NAME],
      ["null as name", named(null), NAME],
      ...NAMES.map((name) => [`${JSON.stringify(name.slice(0, 20))} as name`, named(name), NAME] as const),
      ...rowsFor(NO_STRINGS, named, (what) => `${what} as name`, NAME),
      ...foreignRows("namespace", inNamespace, NAMESPACE),
      ...rowsFor(NO_LISTS, waits, (what) => `${what} as list`, "spec.dependsOn"),
      ...rowsFor(
        NO_ITEMS,
        (item) => waits([item]),
        (what) => `${what} as item`,
        "spec.dependsOn[0]",
      ),
    ],
  });
}
