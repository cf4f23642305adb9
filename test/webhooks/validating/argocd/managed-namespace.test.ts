import { managedNamespace } from "../../../../webhooks/validating/argocd/managed-namespace.ts";
import {
  BASELINE,
  type Given,
  NO_LISTS,
  NO_OBJECTS,
  NO_STRINGS,
  type Row,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const METADATA = "spec.syncPolicy.managedNamespaceMetadata";
const policy = (syncPolicy: unknown, rest: Given = {}): Given => ({ spec: { syncPolicy }, ...rest });
const metadata = (value: unknown, rest: Given = {}): Given => policy({ managedNamespaceMetadata: value }, rest);
const CREATES = ["CreateNamespace=true", "createnamespace=TRUE", " CreateNamespace = true ", "CreateNamespace=true\n"];
const OTHERS = [
  "CreateNamespace=false",
  "CreateNamespace",
  "CreateNamespace=",
  "NoCreateNamespace=true",
  "CreateNamespace=trueish",
  "ServerSideApply=true",
  "",
];
/** Where sync options are, and what gives them. */
const PLACES: readonly [string, (list: unknown, rest?: Given) => Given][] = [
  ["spec.syncPolicy.syncOptions", (list, rest = {}) => policy({ syncOptions: list }, rest)],
  ["operation.sync.syncOptions", (list, rest = {}) => ({ operation: { sync: { syncOptions: list } }, ...rest })],
];

for (const [path, options] of PLACES) {
  testRule(managedNamespace, "Application", {
    allowed: [
      [`null as ${path}`, options(null)],
      [`an empty list as ${path}`, options([])],
      [`other options in ${path}`, options(OTHERS)],
    ],
    denied: [
      ...CREATES.map(
        (text): Row => [`${JSON.stringify(text)} in ${path}`, options(["Prune=true", text]), `${path}[1]`],
      ),
      [
        `each option of ${path} that is wrong`,
        options(["CreateNamespace=true", null, "CreateNamespace=true"]),
        `${path}[1]`,
        `${path}[0]`,
        `${path}[2]`,
      ],
      ...rowsFor(
        NO_LISTS,
        (list) => options(list),
        (what) => `${what} as ${path}`,
        path,
      ),
      ...rowsFor(
        NO_LISTS,
        (list) => options(list, BASELINE),
        (what) => `${what} as ${path} in baseline`,
        path,
      ),
      ...rowsFor(
        NO_STRINGS,
        (item) => options([item]),
        (what) => `${what} as an option of ${path}`,
        `${path}[0]`,
      ),
      [`null as an option of ${path} in baseline`, options([null], BASELINE), `${path}[0]`],
    ],
    warned: [
      [`the making of a namespace in ${path} in baseline`, options(["CreateNamespace=true"], BASELINE), `${path}[0]`],
    ],
  });
}

testRule(managedNamespace, "Application", {
  allowed: [
    ["no sync policy", {}],
    ["a sync policy that is null", policy(null)],
    ["an empty sync policy", policy({ automated: {} })],
    ["null as the namespace's metadata", metadata(null)],
  ],
  denied: [
    ["labels for the namespace", metadata({ labels: { a: "b" } }), METADATA],
    ["labels for the namespace in baseline", metadata({ labels: { a: "b" } }, BASELINE), METADATA],
    ["empty metadata for the namespace", metadata({}), METADATA],
    ...rowsFor(
      NO_OBJECTS,
      (value) => metadata(value),
      (what) => `${what} as the namespace's metadata`,
      METADATA,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => policy(value),
      (what) => `${what} as sync policy`,
      "spec.syncPolicy",
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => policy(value, BASELINE),
      (what) => `${what} as sync policy in baseline`,
      "spec.syncPolicy",
    ),
    [
      "all of it",
      {
        spec: { syncPolicy: { managedNamespaceMetadata: {}, syncOptions: ["CreateNamespace=true"] } },
        operation: { sync: { syncOptions: ["CreateNamespace=true"] } },
      },
      METADATA,
      "spec.syncPolicy.syncOptions[0]",
      "operation.sync.syncOptions[0]",
    ],
  ],
});
