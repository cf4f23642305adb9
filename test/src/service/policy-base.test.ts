import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config.ts";
import { policyBase } from "../../../src/service/policy-base.ts";

test("takes from the settings what a policy may leave out, and knows every rule", () => {
  const base = policyBase(loadConfig({ LANDLORD_NAMESPACE: "house", LANDLORD_ADMIN_USERS: "root@example.com" }));
  assert.equal(base.namespace, "house");
  assert.equal(base.ownUser, "system:serviceaccount:house:landlord");
  assert.deepEqual(base.adminUsers, new Set(["root@example.com"]));
  for (const id of ["K1", "M1", "A10"]) assert.ok(base.ruleIds.has(id), id);
});
