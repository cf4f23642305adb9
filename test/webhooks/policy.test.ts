import assert from "node:assert/strict";
import { test } from "node:test";
import { isAdmin } from "../../webhooks/policy.ts";
import { ADMIN_USER, TENANT_USER, testPolicy } from "../helpers/admission.ts";

test("takes members of an admin group and admin users for admins, and nobody else", () => {
  const policy = testPolicy();
  assert.equal(isAdmin(policy, ADMIN_USER), true);
  assert.equal(isAdmin(policy, { username: "root@example.com", groups: [] }), true);
  assert.equal(isAdmin(policy, TENANT_USER), false);
});

test("compares users and groups byte for byte, each with its own list", () => {
  const policy = testPolicy();
  assert.equal(isAdmin(policy, { username: "platform-admins", groups: ["root@example.com"] }), false);
  assert.equal(isAdmin(policy, { username: "Root@example.com", groups: ["platform-admins "] }), false);
});
