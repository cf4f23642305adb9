import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config.ts";
import { reviewPolicy } from "../../../src/service/review-policy.ts";

const config = loadConfig({ LANDLORD_PLATFORM_NAMESPACES: "infra" });

test("is what the settings say, and the defaults of the service", async () => {
  const result = await reviewPolicy(config, undefined);
  assert.ok("policy" in result);
  assert.deepEqual([...result.policy.platformNamespaces], ["infra", config.namespace]);
  assert.equal(result.policy.tenants, null);
});

test("is what a file says, completed by the settings", async () => {
  const text =
    "apiVersion: landlord.dev/v1alpha1\nkind: ConfinementPolicy\nspec: {profile: baseline, warnOnly: [{rules: [K2]}]}\n";
  const result = await reviewPolicy(config, text);
  assert.ok("policy" in result);
  assert.equal(result.policy.profile, "baseline");
  assert.ok(result.policy.platformNamespaces.has("infra"));
  assert.ok("faults" in (await reviewPolicy(config, "spec: {}")));
});
