import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "../../../../webhooks/policy.ts";
import { serviceAccount } from "../../../../webhooks/validating/kustomization/service-account.ts";
import { kustomization, kustomizationRequest, testFacts, testPolicy } from "../../../helpers/admission.ts";

const check = (
  serviceAccountName: unknown,
  { namespace = "tenant-a", policy = {} }: { namespace?: string; policy?: Partial<Policy> } = {},
) =>
  serviceAccount.check(
    kustomizationRequest(kustomization({ serviceAccountName }), { namespace }),
    testFacts(),
    testPolicy(policy),
  );

test("allows a ServiceAccount that the namespace may use", () => {
  assert.deepEqual(check("tenant-a"), []);
  assert.deepEqual(check("constructor", { namespace: "constructor" }), []);
  const policy = { allowedServiceAccounts: () => ["deployer", "tenant-a"] };
  assert.deepEqual(check("deployer", { policy }), []);
  assert.deepEqual(check("tenant-a", { policy }), []);
});

const WRONG: [string, unknown][] = [
  ["no name", undefined],
  ["null", null],
  ["an empty name", ""],
  ["another ServiceAccount", "kustomize-controller"],
  ["the name in capitals", "Tenant-A"],
  ["the name with a blank", "tenant-a "],
  ["a list that holds the name", ["tenant-a"]],
  ["an object", { name: "tenant-a" }],
  ["a number", 1],
  ["an inherited property", "constructor"],
];

for (const [what, name] of WRONG) {
  test(`denies ${what}`, () => {
    const [violation, ...more] = check(name);
    assert.deepEqual(more, []);
    assert.equal(violation?.field, "spec.serviceAccountName");
    assert.equal(violation.found, name);
    assert.equal(violation.allowed, '"tenant-a"');
    assert.match(violation.remedy, /^name the ServiceAccount/);
  });
}

test("denies a name that is no DNS-1123 subdomain even if the policy lists it", () => {
  for (const name of ["", "a/b", "a:b"]) {
    assert.equal(check(name, { policy: { allowedServiceAccounts: () => [name] } }).length, 1);
  }
});

test("names all that is allowed, or that nothing is", () => {
  assert.equal(check("x", { policy: { allowedServiceAccounts: () => ["a", "b"] } })[0]?.allowed, '"a" or "b"');
  assert.equal(check("x", { policy: { allowedServiceAccounts: () => [] } })[0]?.allowed, "none");
});

for (const namespace of ["unheard-of", "plain", ""]) {
  test(`denies any name in ${namespace || "no namespace"}, which is no tenant's, and says how to make it one`, () => {
    const [violation] = check(namespace, { namespace });
    assert.equal(violation?.allowed, `none, since namespace "${namespace}" is no tenant's`);
    assert.match(violation.remedy, /label the Namespace landlord\.dev\/tenant=<tenant>/);
  });
}

test("asks the policy about the request's namespace, not about the object's", () => {
  assert.equal(check("tenant-a", { namespace: "tenant-b" }).length, 1);
  assert.equal(check("tenant-b", { namespace: "tenant-b" }).length, 0);
});

test("still has a remedy where the policy names no label", () => {
  const [violation] = check("x", { namespace: "plain", policy: { tenantLabels: [] } });
  assert.match(violation?.remedy ?? "", /or use a tenant's namespace$/);
});
