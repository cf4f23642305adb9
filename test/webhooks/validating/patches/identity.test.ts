import assert from "node:assert/strict";
import { test } from "node:test";
import type { Op, Operation } from "../../../../webhooks/patch-text/operation.ts";
import { parsePointer } from "../../../../webhooks/patch-text/pointer.ts";
import { readStrictYaml, type StrictObject } from "../../../../webhooks/patch-text/strict-yaml.ts";
import { movesOfDocument, movesOfOperation } from "../../../../webhooks/validating/patches/identity.ts";

const STAYS = { namespace: "tenant-a", namespaceMayMove: false };
const pointer = (text: string) => parsePointer(text) ?? [];
const operation = (op: Op, path: string, rest: Partial<Operation> = {}): Operation => ({
  op,
  path: pointer(path),
  ...rest,
});
const found = (patch: Operation, scope = STAYS) => movesOfOperation(patch, scope).map((move) => move.found);

const IDENTITY = ["", "/metadata", "/metadata/namespace", "/metadata/namespace/x", "/kind", "/kind/x", "/apiVersion"];
const OTHERS = [
  "/items",
  "/items/0",
  "/items/0/metadata/namespace",
  "/${X}",
  "/metadata${X}",
  "/metadata/namespace${X}",
  ...["allowKindChange", "helm-generated", "previousNames"].map(
    (key) => `/metadata/annotations/internal.config.kubernetes.io~1${key}`,
  ),
  "/metadata/annotations/alpha.config.kubernetes.io~1transformations",
  "/metadata/annotations/config.k8s.io~1id",
];
const HARMLESS = [
  "/spec",
  "/data/namespace",
  "/spec/kind",
  "/spec/items",
  "/spec/metadata/namespace",
  "/spec/${X}",
  "/metadatax",
  "/Metadata",
  "/",
  "//metadata",
  "/metadata/",
  "/metadata/name",
  "/metadata/labels",
  "/metadata/labels/${X}",
  "/metadata/annotations/a~1b",
  "/metadata/annotations/config.kubernetes.io~1depends-on",
  "/metadata/annotations/x.config.kubernetes.io",
];

for (const path of [...IDENTITY, ...OTHERS]) {
  test(`an operation that writes "${path}" moves objects, one that tests or reads it does not`, () => {
    for (const op of ["add", "replace", "remove", "copy", "move"] as const) {
      assert.deepEqual(found(operation(op, path, { from: ["data"], value: "x" })), [
        `${op} ${path || "the whole object"}`,
      ]);
    }
    assert.deepEqual(found(operation("move", "/data/x", { from: pointer(path) })).length, 1);
    assert.deepEqual(found(operation("copy", "/data/x", { from: pointer(path) })), []);
    assert.deepEqual(found(operation("test", path, { value: "x" })), []);
  });
}
for (const path of HARMLESS) {
  test(`an operation on "${path}" moves nothing`, () => {
    for (const op of ["add", "replace", "remove", "copy", "move"] as const) {
      assert.deepEqual(found(operation(op, path, { from: ["data"], value: { namespace: "x" } })), []);
    }
  });
}

test("a namespace that is set later lets exactly its own field be written", () => {
  const later = { ...STAYS, namespaceMayMove: true };
  for (const op of ["add", "replace", "remove", "copy", "move"] as const) {
    assert.deepEqual(found(operation(op, "/metadata/namespace", { from: ["data"], value: "x" }), later), []);
  }
  assert.deepEqual(found(operation("move", "/data/x", { from: ["metadata", "namespace"] }), later), []);
  for (const path of [...IDENTITY, ...OTHERS]) {
    if (path !== "/metadata/namespace") assert.equal(found(operation("remove", path), later).length, 1, path);
  }
  assert.equal(found(operation("move", "/metadata/namespace", { from: ["metadata"] }), later).length, 1);
});

test("annotations as a whole are judged by their keys, and have to be written out", () => {
  const all = (op: Op, rest: Partial<Operation>) => found(operation(op, "/metadata/annotations", rest)).length;
  for (const op of ["add", "replace"] as const) {
    assert.equal(all(op, { value: { "a/b": "c" } }), 0);
    assert.equal(all(op, { value: null }), 0);
    assert.equal(all(op, { value: { "a/b": "c", "internal.config.kubernetes.io/x": "y" } }), 1);
    for (const value of ["x", [], ["x"]]) assert.equal(all(op, { value }), 1);
  }
  assert.equal(all("remove", {}), 0);
  assert.equal(all("copy", { from: ["data"] }), 1);
  assert.equal(all("move", { from: ["data"] }), 1);
});

const merged = (text: string) =>
  movesOfDocument(readStrictYaml(text).value as StrictObject, STAYS).map((move) => move.found);
const BASE = "kind: ConfigMap\napiVersion: v1\n";

const KEEPING: readonly (readonly [what: string, text: string])[] = [
  ["names an object", `${BASE}metadata: {name: a, labels: {b: c}, annotations: {d: e}}\nspec: {items: []}\n`],
  [
    "names another kind, version and namespace",
    "kind: A\napiVersion: b/v1\nmetadata: {name: a, namespace: kube-system}\n",
  ],
  ["deletes the object", `${BASE}$patch: delete\nmetadata: {name: a}\n`],
  ["replaces the object", `${BASE}$patch: replace\nmetadata: {name: a}\n`],
  ["replaces metadata", `${BASE}metadata: {name: a, $patch: replace}\n`],
  ["takes a namespace away", `${BASE}metadata: {name: a, namespace: null}\n`],
  ["has a variable in a value", `${BASE}metadata: {name: a}\ndata: {b: "\${X}"}\n`],
];
for (const [what, text] of KEEPING)
  test(`an object to merge that ${what} moves nothing`, () => assert.deepEqual(merged(text), []));

const MOVING: readonly (readonly [what: string, text: string, found: string])[] = [
  ["items", `${BASE}items: []\n`, "/items"],
  ["a list of objects", "kind: List\napiVersion: v1\nitems: [{kind: A}]\n", "/items"],
  ["a variable for a key", `${BASE}"metadata\${X}": {namespace: b}\n`, "/metadata${X}"],
  ["a variable for a key of metadata", `${BASE}metadata: {name: a, "\${X}": b}\n`, "/metadata/${X}"],
  [
    "an annotation of kustomize's own",
    `${BASE}metadata: {annotations: {internal.config.kubernetes.io/allowKindChange: enabled}}\n`,
    "/metadata/annotations/internal.config.kubernetes.io~1allowKindChange",
  ],
  ["an apiVersion that begins with a slash", "kind: ConfigMap\napiVersion: /v1\n", "/v1"],
];
for (const [what, text, move] of MOVING)
  test(`an object to merge with ${what} moves objects`, () => assert.deepEqual(merged(text), [move]));
