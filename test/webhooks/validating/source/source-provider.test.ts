import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../webhooks/json.ts";
import type { Profile } from "../../../../webhooks/policy.ts";
import type { Violation } from "../../../../webhooks/validating/rule.ts";
import { sourceProvider } from "../../../../webhooks/validating/source/source-provider.ts";
import { kustomizationRequest, testFacts, testPolicy } from "../../../helpers/admission.ts";

function check(plural: string, spec: unknown, profile: Profile = "strict"): Violation[] {
  const resource = { group: "source.toolkit.fluxcd.io", version: "v1", resource: plural };
  const object: JsonObject = { spec };
  return sourceProvider.check(
    kustomizationRequest(object, { resource }),
    testFacts(),
    testPolicy({ profile, profiles: [] }),
  );
}

const ALL = ["gitrepositories", "ocirepositories", "helmrepositories", "buckets", "imagerepositories"];
for (const plural of ALL) {
  test(`allows ${plural} that log in with a Secret or not at all`, () => {
    for (const provider of [undefined, null, "", "generic"]) assert.deepEqual(check(plural, { provider }), []);
    assert.deepEqual(check(plural, undefined), []);
  });
}

const WITH_ACCOUNT: [string, string][] = [
  ["gitrepositories", "azure"],
  ["gitrepositories", "aws"],
  ["ocirepositories", "gcp"],
  ["buckets", "aws"],
  ["imagerepositories", "azure"],
];
for (const [plural, provider] of WITH_ACCOUNT) {
  test(`allows ${plural} with provider ${provider} if they name a ServiceAccount, and only then`, () => {
    assert.deepEqual(check(plural, { provider, serviceAccountName: "reader" }), []);
    for (const serviceAccountName of [undefined, null, "", 1, ["reader"]]) {
      const [violation, ...more] = check(plural, { provider, serviceAccountName });
      assert.deepEqual(more, []);
      assert.equal(violation?.field, "spec.serviceAccountName");
      assert.equal(violation.found, serviceAccountName);
      assert.match(violation.allowed, new RegExp(`the provider is "${provider}"`));
    }
  });
}

const WITHOUT_ACCOUNT: [string, unknown][] = [
  ["gitrepositories", "github"],
  ["gitrepositories", "gcp"],
  ["helmrepositories", "aws"],
  ["helmrepositories", "Generic"],
  ["helmrepositories", 1],
];
for (const [plural, provider] of WITHOUT_ACCOUNT) {
  test(`denies ${plural} with provider ${String(provider)}, whatever ServiceAccount they name`, () => {
    for (const serviceAccountName of [undefined, "reader"]) {
      const [violation, ...more] = check(plural, { provider, serviceAccountName });
      assert.deepEqual(more, []);
      assert.deepEqual([violation?.field, violation?.found], ["spec.provider", provider]);
    }
  });
}

test("only warns in the baseline profile", () => {
  const isWarning = (profile: Profile): unknown[] =>
    check("buckets", { provider: "aws" }, profile).map((violation) => violation.isWarning);
  assert.deepEqual(isWarning("strict"), [undefined]);
  assert.deepEqual(isWarning("baseline"), [true]);
});

test("does not take an inherited property for one of the spec's own", () => {
  assert.deepEqual(check("helmrepositories", JSON.parse('{"__proto__": {"provider": "aws"}}')), []);
  assert.equal(check("buckets", JSON.parse('{"provider": "aws", "__proto__": {"serviceAccountName": "a"}}')).length, 1);
});
