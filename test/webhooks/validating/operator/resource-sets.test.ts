import assert from "node:assert/strict";
import { test } from "node:test";
import { resourceSets } from "../../../../webhooks/validating/operator/resource-sets.ts";
import { ADMIN_USER } from "../../../helpers/admission.ts";
import {
  BASELINE,
  checked,
  foreignRows,
  type Given,
  NO_ITEMS,
  NO_LISTS,
  NO_OBJECTS,
  NO_STRINGS,
  type Row,
  rowsFor,
  testRule,
} from "../../../helpers/rule-table.ts";

const OFF = { policy: { resourceSets: { enabled: false } } };
const COPY = "fluxcd.controlplane.io/copyFrom";
const CONVERT = "fluxcd.controlplane.io/convertKubeConfigFrom";
const MADE = { apiVersion: "v1", kind: "ConfigMap" };
const set = (spec: object, rest: Given = {}): Given => ({ spec, ...rest });
const annotated = (annotations: unknown): object => ({ ...MADE, metadata: { name: "made", annotations } });
const copying = (from: unknown, key = COPY): Given => set({ resources: [annotated({ [key]: from })] });
const at = (path: string, key = COPY): string => `${path}.metadata.annotations[${key}]`;

for (const kind of ["ResourceSet", "ResourceSetInputProvider"]) {
  const named = (serviceAccountName: unknown, rest: Given = {}): Given => set({ serviceAccountName }, rest);
  testRule(resourceSets, kind, {
    allowed: [
      ["a good one where these are enabled", {}],
      [
        "a ServiceAccount that the policy lists",
        named("x", { policy: { serviceAccounts: new Map([["tenant-a", ["x"]]]) } }),
      ],
    ],
    denied: [
      ["a good one where these are not enabled", OFF, "kind"],
      ["a good one in baseline", { policy: { ...OFF.policy, ...BASELINE.policy } }, "kind"],
      ["one by an admin, who is exempt for other reasons", { ...OFF, request: { user: ADMIN_USER } }, "kind"],
      [
        "its own account in an unknown namespace",
        named("unheard-of", { request: { namespace: "unheard-of" } }),
        "spec.serviceAccountName",
      ],
      ...foreignRows("ServiceAccount", named, "spec.serviceAccountName"),
    ],
  });
}

for (const kind of ["FluxInstance", "FluxReport"]) {
  testRule(resourceSets, kind, {
    denied: [
      ["any", {}, "kind"],
      ["any, where ResourceSets are enabled", { policy: { resourceSets: { enabled: true } } }, "kind"],
    ],
  });
}

const selecting = (selectors: unknown): Given => set({ type: "ExternalArtifact", selectors });
testRule(resourceSets, "ResourceSetInputProvider", {
  allowed: [
    ["one without ServiceAccount, which gets no rights by it", set({ serviceAccountName: undefined })],
    ["an empty ServiceAccount", set({ serviceAccountName: "" })],
    [
      "ExternalArtifacts of its own namespace",
      selecting([{ name: "a" }, { name: "b", namespace: "tenant-a" }, { matchLabels: {}, namespace: "" }]),
    ],
    ["null for selectors", selecting(null)],
  ],
  denied: [
    ["ExternalArtifacts of all namespaces", selecting([{}, { namespace: "*" }]), "spec.selectors[1].namespace"],
    ...foreignRows(
      "the selector's namespace",
      (namespace) => selecting([{ namespace }]),
      "spec.selectors[0].namespace",
    ),
    ...rowsFor(NO_LISTS, selecting, (what) => `${what} as selectors`, "spec.selectors"),
  ],
});

const dependsOn = (list: unknown): Given => set({ dependsOn: list });
const DB = { apiVersion: "v1", kind: "Service", name: "db" };
testRule(resourceSets, "ResourceSet", {
  allowed: [
    [
      "objects of its own namespace to wait for",
      dependsOn([DB, { ...DB, namespace: "tenant-a" }, { ...DB, namespace: "" }]),
    ],
    [
      "null for all lists",
      set({ dependsOn: null, resources: null, steps: null, resourcesTemplate: null, commonMetadata: null }),
    ],
    ["an empty template", set({ resourcesTemplate: "" })],
    ["steps", set({ resources: undefined, steps: [{ name: "one", resources: [annotated({})] }] })],
    [
      "values to be filled in",
      set({ resources: [{ ...MADE, metadata: { name: "app-<< inputs.name >>" }, data: { x: "<< inputs.x >>" } }] }),
    ],
  ],
  denied: [
    ["no ServiceAccount", set({ serviceAccountName: undefined }), "spec.serviceAccountName"],
    ["an empty ServiceAccount", set({ serviceAccountName: "" }), "spec.serviceAccountName"],
    [
      "no ServiceAccount in spite of a fall-back",
      set({ serviceAccountName: undefined }, { policy: { defaultServiceAccount: "default", profile: "baseline" } }),
      "spec.serviceAccountName",
    ],
    ["no spec", { spec: null }, "spec.serviceAccountName"],
    ["a spec that is a text", { spec: "x" }, "spec.serviceAccountName"],
    ["a template", set({ resourcesTemplate: "kind: ConfigMap" }), "spec.resourcesTemplate"],
    [
      "a template in a step",
      set({ steps: [{}, { resourcesTemplate: "kind: ConfigMap" }] }),
      "spec.steps[1].resourcesTemplate",
    ],
    ...rowsFor(
      NO_STRINGS,
      (value) => set({ resourcesTemplate: value }),
      (what) => `${what} as template`,
      "spec.resourcesTemplate",
    ),
    ["a dependency without name", dependsOn([{ kind: "Service" }]), "spec.dependsOn[0].name"],
    [
      "a dependency that has no name at all and is foreign",
      dependsOn([{ name: "A", namespace: "x" }]),
      "spec.dependsOn[0].name",
      "spec.dependsOn[0].namespace",
    ],
    ...foreignRows(
      "dependency's namespace",
      (namespace) => dependsOn([{ ...DB, namespace }]),
      "spec.dependsOn[0].namespace",
    ),
    ...(["dependsOn", "steps", "resources"] as const).flatMap((key): Row[] => [
      ...rowsFor(
        NO_LISTS,
        (value) => set({ [key]: value }),
        (what) => `${what} as ${key}`,
        `spec.${key}`,
      ),
      ...rowsFor(
        NO_ITEMS,
        (value) => set({ [key]: [value] }),
        (what) => `${what} as item of ${key}`,
        `spec.${key}[0]`,
      ),
    ]),
    ...rowsFor(
      NO_LISTS,
      (value) => set({ steps: [{ resources: value }] }),
      (what) => `${what} as a step's resources`,
      "spec.steps[0].resources",
    ),
  ],
});

const FOREIGN_COPIES = [
  "tenant-b/x",
  "flux-system/x",
  "tenant-a",
  "tenant-ab/x",
  "Tenant-a/x",
  " tenant-a/x",
  "/x",
  "",
  "<< inputs.ns >>/x",
  "tenant-b/tenant-a/x",
];
const OWN_METADATA: readonly [string, string, (annotations: unknown) => Given][] = [
  ["a resource", "spec.resources[0]", (annotations) => set({ resources: [annotated(annotations)] })],
  [
    "a step's resource",
    "spec.steps[1].resources[1]",
    (annotations) => set({ steps: [{}, { resources: [MADE, annotated(annotations)] }] }),
  ],
  [
    "a list's item",
    "spec.resources[0].items[1]",
    (annotations) => set({ resources: [{ kind: "List", items: [MADE, annotated(annotations)] }] }),
  ],
  [
    "a list's list's item",
    "spec.resources[0].items[0].items[0]",
    (annotations) => set({ resources: [{ items: [{ items: [annotated(annotations)] }] }] }),
  ],
];
for (const [what, path, given] of OWN_METADATA) {
  testRule(resourceSets, "ResourceSet", {
    allowed: [
      [`what ${what} copies from its own namespace`, given({ [COPY]: "tenant-a/x", [CONVERT]: "tenant-a/kc:value" })],
      [`${what} without annotations`, given(null)],
    ],
    denied: [
      [
        `what ${what} copies from two others`,
        given({ [COPY]: "tenant-b/x", a: "b", [CONVERT]: "plain/x" }),
        at(path),
        at(path, CONVERT),
      ],
      [`a template as key in ${what}`, given({ "<< inputs.key >>": "tenant-b/x" }), at(path, "<< inputs.key >>")],
      ...rowsFor(NO_OBJECTS, given, (value) => `${value} as annotations of ${what}`, `${path}.metadata.annotations`),
    ],
  });
}
testRule(resourceSets, "ResourceSet", {
  allowed: [
    ["common metadata that is harmless", set({ commonMetadata: { labels: { a: "b" }, annotations: { a: "b" } } })],
  ],
  denied: [
    ...FOREIGN_COPIES.map(
      (from) => [`a copy from ${JSON.stringify(from)}`, copying(from), at("spec.resources[0]")] as const,
    ),
    ...rowsFor(
      NO_STRINGS,
      (from) => copying(from, CONVERT),
      (what) => `a copy from ${what}`,
      at("spec.resources[0]", CONVERT),
    ),
    [
      "a copy by common metadata",
      set({ commonMetadata: { annotations: { [COPY]: "tenant-b/x" } } }),
      `spec.commonMetadata.annotations[${COPY}]`,
    ],
    ...rowsFor(
      NO_OBJECTS,
      (value) => set({ commonMetadata: value }),
      (what) => `${what} as common metadata`,
      "spec.commonMetadata",
    ),
    ...rowsFor(
      NO_OBJECTS,
      (value) => set({ resources: [{ metadata: value }] }),
      (what) => `${what} as a resource's metadata`,
      "spec.resources[0].metadata",
    ),
    ...rowsFor(
      NO_ITEMS,
      (value) => set({ resources: [{ items: [value] }] }),
      (what) => `${what} as a list's item`,
      "spec.resources[0].items[0]",
    ),
  ],
});

test("says in whose namespace one may copy, and shows no template", () => {
  const [copied] = checked(resourceSets, "ResourceSet", copying("tenant-b/x"));
  assert.equal(copied?.allowed, '"tenant-a/<name>"');
  const [template] = checked(resourceSets, "ResourceSet", set({ resourcesTemplate: "password: hunter2" }));
  assert.deepEqual([template?.found, template?.shown], ["password: hunter2", "a template"]);
  assert.equal(checked(resourceSets, "FluxInstance")[0]?.found, "FluxInstance");
});
