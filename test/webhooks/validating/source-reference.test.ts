import assert from "node:assert/strict";
import { test } from "node:test";
import { foreign, sourceViolations } from "../../../webhooks/validating/source-reference.ts";
import { testPolicy } from "../../helpers/admission.ts";
import { FOREIGN, NO_OBJECTS } from "../../helpers/rule-table.ts";

const kinds = ["Bucket", "ExternalArtifact"];
const BUCKET = { kind: "Bucket", name: "b" };
const check = (found: unknown, policy = {}) =>
  sourceViolations({ field: "f", found, namespace: "tenant-a", kinds }, testPolicy(policy));
const fieldsOf = (found: unknown, policy = {}): string[] => check(found, policy).map(({ field }) => field);

test("allows a source of the own namespace", () => {
  for (const namespace of [undefined, null, "", "tenant-a"]) assert.deepEqual(check({ ...BUCKET, namespace }), []);
});

test("denies what is no reference", () => {
  for (const found of [undefined, null, ...NO_OBJECTS.map(([, value]) => value)]) {
    assert.deepEqual(check(found), [
      { field: "f", found, allowed: "an object with kind and name", remedy: "name a source of the own namespace" },
    ]);
  }
});

test("denies any other namespace, kind and name, each with its path", () => {
  for (const namespace of FOREIGN) assert.deepEqual(fieldsOf({ ...BUCKET, namespace }), ["f.namespace"]);
  assert.deepEqual(fieldsOf({ ...BUCKET, kind: "GitRepository" }), ["f.kind"]);
  assert.deepEqual(fieldsOf({ ...BUCKET, kind: ["Bucket"] }), ["f.kind"]);
  assert.deepEqual(fieldsOf({ ...BUCKET, name: "B" }), ["f.name"]);
  assert.deepEqual(fieldsOf({ namespace: "x" }), ["f.kind", "f.name", "f.namespace"]);
});

test("takes an ExternalArtifact only where the policy does, and names the kinds that there are", () => {
  const external = { kind: "ExternalArtifact", name: "x" };
  assert.deepEqual(fieldsOf(external), ["f.kind"]);
  assert.equal(check(external)[0]?.allowed, '"Bucket"');
  assert.deepEqual(check(external, { allowExternalArtifact: true }), []);
  assert.equal(
    check({ ...external, kind: "x" }, { allowExternalArtifact: true })[0]?.allowed,
    '"Bucket" or "ExternalArtifact"',
  );
});

test("allows a shared source of exactly that kind, namespace and name", () => {
  const shared = { ...BUCKET, namespace: "flux-system" };
  const policy = { sharedSources: [{ ...shared, name: "other" }, shared] };
  assert.deepEqual(check(shared, policy), []);
  assert.deepEqual(fieldsOf({ ...shared, namespace: "tenant-b" }, policy), ["f.namespace"]);
  assert.deepEqual(fieldsOf({ ...shared, name: "third" }, policy), ["f.namespace"]);
  assert.deepEqual(fieldsOf({ ...shared, kind: "Bucket " }, policy), ["f.kind", "f.namespace"]);
});

test("says what to do about a foreign namespace", () => {
  const { field, found, allowed, remedy } = foreign("f", "tenant-b", "tenant-a");
  assert.deepEqual(
    [field, found, allowed],
    ["f.namespace", "tenant-b", '"tenant-a" or a source that the platform shares'],
  );
  assert.match(remedy, /^leave it out/);
});
