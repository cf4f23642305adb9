import assert from "node:assert/strict";
import { test } from "node:test";
import { placeObjections, shapeObjections } from "../../webhooks/place.ts";
import { kustomizationRequest, testFacts } from "../helpers/admission.ts";
import { NO_OBJECTS } from "../helpers/rule-table.ts";

const fieldsOf = (object: object): unknown[] =>
  shapeObjections(kustomizationRequest({ ...object })).map(
    (objection) => "violation" in objection && objection.violation.field,
  );
const idsIn = (namespace: string, operation: "CREATE" | "UPDATE" = "CREATE"): string[] =>
  placeObjections(kustomizationRequest({}, { namespace, operation }), testFacts()).map(({ id }) => id);

test("has nothing against objects, nor against what is not set", () => {
  for (const fine of [{}, { metadata: {}, spec: {} }, { metadata: null, spec: undefined }])
    assert.deepEqual(fieldsOf(fine), []);
});

test("objects to metadata and spec that are no objects", () => {
  for (const [, wrong] of NO_OBJECTS) {
    assert.deepEqual(fieldsOf({ metadata: wrong, spec: {} }), ["metadata"]);
    assert.deepEqual(fieldsOf({ spec: wrong }), ["spec"]);
    assert.deepEqual(fieldsOf({ metadata: wrong, spec: wrong }), ["metadata", "spec"]);
  }
});

test("has nothing against a tenant's namespace", () => {
  for (const namespace of ["tenant-a", "tenant-new", "constructor"]) assert.deepEqual(idsIn(namespace), []);
});

test("objects to a namespace that is nobody's, whatever is done there", () => {
  for (const namespace of ["plain", "unheard-of", "toString", ""]) {
    assert.deepEqual(idsIn(namespace), ["unknown-namespace"]);
    assert.deepEqual(idsIn(namespace, "UPDATE"), ["unknown-namespace"]);
  }
});

test("objects to what is new in a namespace that is being deleted", () => {
  assert.deepEqual(idsIn("tenant-gone"), ["terminating-namespace"]);
  assert.deepEqual(idsIn("tenant-gone", "UPDATE"), []);
});

test("names the namespace and says what to do", () => {
  const [objection] = placeObjections(kustomizationRequest({}, { namespace: 'a"b' }), testFacts());
  const text = objection !== undefined && "text" in objection ? objection.text : "";
  assert.match(text, /^namespace "a\\"b" is neither a tenant's nor the platform's; have the platform label it/);
});
