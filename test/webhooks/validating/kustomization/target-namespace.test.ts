import assert from "node:assert/strict";
import { test } from "node:test";
import { targetNamespace } from "../../../../webhooks/validating/kustomization/target-namespace.ts";
import { kustomization, kustomizationRequest, testFacts, testPolicy } from "../../../helpers/admission.ts";

const check = (value: unknown, namespace = "tenant-a") =>
  targetNamespace.check(
    kustomizationRequest(kustomization({ targetNamespace: value }), { namespace }),
    testFacts(),
    testPolicy(),
  );

test("allows the namespace of the request", () => {
  assert.deepEqual(check("tenant-a"), []);
  assert.deepEqual(check("tenant-b", "tenant-b"), []);
  assert.deepEqual(check("constructor", "constructor"), []);
});

const WRONG: [string, unknown][] = [
  ["none", undefined],
  ["null", null],
  ["an empty one", ""],
  ["a platform namespace", "kube-system"],
  ["another tenant's", "tenant-b"],
  ["its own in capitals", "Tenant-A"],
  ["its own with a blank", " tenant-a"],
  ["its own with a full-width letter", "tenant-\uff41"],
  ["one to be substituted", "${NS}"],
  ["a list that holds its own", ["tenant-a"]],
  ["an object", { name: "tenant-a" }],
  ["true", true],
];

for (const [what, value] of WRONG) {
  test(`denies ${what}`, () => {
    assert.deepEqual(check(value), [
      {
        field: "spec.targetNamespace",
        found: value,
        allowed: '"tenant-a"',
        remedy: "set it to the Kustomization's own namespace",
      },
    ]);
  });
}

test("denies an empty one even where the request has no namespace", () => {
  assert.equal(check("", "").length, 1);
});

test("goes by the request's namespace, not by the object's", () => {
  assert.equal(check("tenant-a", "tenant-b").length, 1);
});
