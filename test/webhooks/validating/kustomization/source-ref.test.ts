import assert from "node:assert/strict";
import { test } from "node:test";
import type { SharedSource } from "../../../../webhooks/policy.ts";
import { sourceRef } from "../../../../webhooks/validating/kustomization/source-ref.ts";
import { kustomization, kustomizationRequest, testFacts, testPolicy } from "../../../helpers/admission.ts";

const OWN = { kind: "GitRepository", name: "app" };
const SHARED: SharedSource = { kind: "GitRepository", namespace: "flux-system", name: "default" };

const check = (value: unknown, sharedSources: SharedSource[] = []) =>
  sourceRef.check(
    kustomizationRequest(kustomization({ sourceRef: value })),
    testFacts(),
    testPolicy({ sharedSources }),
  );
const fields = (value: unknown, shared?: SharedSource[]) => check(value, shared).map(({ field }) => field);

for (const kind of ["GitRepository", "OCIRepository", "Bucket"]) {
  test(`allows a ${kind} of its own namespace, said or unsaid`, () => {
    assert.deepEqual(check({ kind, name: "app" }), []);
    for (const namespace of ["tenant-a", "", null]) assert.deepEqual(check({ kind, name: "app", namespace }), []);
  });
}

for (const namespace of ["tenant-b", "flux-system", "Tenant-A", "tenant-a ", "constructor", ["tenant-a"], 1, false]) {
  test(`denies a source in namespace ${JSON.stringify(namespace)}`, () => {
    const [violation, ...more] = check({ ...OWN, namespace });
    assert.deepEqual(more, []);
    assert.equal(violation?.field, "spec.sourceRef.namespace");
    assert.equal(violation.found, namespace);
    assert.match(violation.allowed, /^"tenant-a" or a source that the platform shares$/);
  });
}

test("allows a shared source if kind, namespace and name are all the same, and no other", () => {
  assert.deepEqual(check({ ...SHARED }, [SHARED]), []);
  assert.deepEqual(check({ ...SHARED }, [{ ...SHARED, name: "x" }, SHARED]), []);
  for (const other of [{ kind: "Bucket" }, { name: "other" }, { namespace: "kube-system" }, { namespace: "flux" }]) {
    assert.deepEqual(fields({ ...SHARED, ...other }, [SHARED]), ["spec.sourceRef.namespace"]);
  }
});

for (const kind of [
  "ExternalArtifact",
  "externalartifact",
  "HelmRepository",
  "constructor",
  "",
  null,
  undefined,
  1,
  ["Bucket"],
]) {
  test(`denies a source of kind ${JSON.stringify(kind)}`, () => {
    assert.deepEqual(fields({ kind, name: "app" }), ["spec.sourceRef.kind"]);
    assert.equal(check({ kind, name: "app" })[0]?.found, kind);
  });
}

test("denies an ExternalArtifact even if it is shared", () => {
  const artifact = { ...SHARED, kind: "ExternalArtifact" };
  assert.deepEqual(fields(artifact, [artifact]), ["spec.sourceRef.kind"]);
});

for (const name of [undefined, null, "", "a/b", "../app", "App", "a".repeat(254), 1, ["app"], {}]) {
  test(`denies a source with the name ${JSON.stringify(name)?.slice(0, 20)}`, () => {
    assert.deepEqual(fields({ kind: "GitRepository", name }), ["spec.sourceRef.name"]);
  });
}

test("names every field that is wrong", () => {
  assert.deepEqual(fields({ namespace: "flux-system" }), [
    "spec.sourceRef.kind",
    "spec.sourceRef.name",
    "spec.sourceRef.namespace",
  ]);
});

for (const value of [undefined, null, "app", [OWN], 1]) {
  test(`denies ${JSON.stringify(value)} in place of a source`, () => {
    const [violation, ...more] = check(value);
    assert.deepEqual(more, []);
    assert.equal(violation?.field, "spec.sourceRef");
    assert.equal(violation.found, value);
  });
}

test("does not take an inherited property for one of the source's own", () => {
  const inheriting: unknown = JSON.parse('{"__proto__": {"kind": "GitRepository", "name": "app"}}');
  assert.deepEqual(fields(inheriting), ["spec.sourceRef.kind", "spec.sourceRef.name"]);
});
