import { eventScope } from "../../../../webhooks/validating/notification/event-scope.ts";
import {
  BASELINE,
  foreignRows,
  type Given,
  NO_ITEMS,
  NO_LISTS,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

for (const [kind, list, other] of [
  ["Alert", "eventSources", "resources"],
  ["Receiver", "resources", "eventSources"],
] as const) {
  const field = `spec.${list}`;
  const about = (items: unknown, rest: Given = {}): Given => ({ spec: { [list]: items }, ...rest });
  const inNamespace = (namespace: unknown, rest: Given = {}): Given =>
    about([{ kind: "Kustomization", name: "*", namespace }], rest);
  testRule(eventScope, kind, {
    allowed: [
      ["nothing", about(undefined)],
      ["null", about(null)],
      ["an empty list", about([])],
      ["all of its own namespace", inNamespace("tenant-a")],
      ["an empty namespace", inNamespace("")],
      ["a namespace that is null", inNamespace(null)],
      ["no namespace", about([{ kind: "GitRepository", name: "app" }])],
      ["what the other kind has, which is not read", { spec: { [other]: [{ namespace: "tenant-b" }] } }],
    ],
    denied: [
      ["another tenant's in baseline", inNamespace("tenant-b", BASELINE), `${field}[0].namespace`],
      [
        "another namespace of the same tenant, joined or not",
        inNamespace("tenant-a-too", { policy: { tenantNamespaceSets: true } }),
        `${field}[0].namespace`,
      ],
      [
        "each that is wrong",
        about([{ namespace: "x" }, {}, null, { namespace: "y" }]),
        `${field}[2]`,
        `${field}[0].namespace`,
        `${field}[3].namespace`,
      ],
      ...foreignRows("namespace", inNamespace, `${field}[0].namespace`),
      ...rowsFor(NO_LISTS, about, (what) => `${what} as list`, field),
      ...rowsFor(
        NO_ITEMS,
        (item) => about([item]),
        (what) => `${what} as item`,
        `${field}[0]`,
      ),
    ],
  });
}
