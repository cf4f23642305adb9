import assert from "node:assert/strict";
import { test } from "node:test";
import { allowedServiceAccounts, isListedKey, PROFILES } from "../../webhooks/policy.ts";
import { testPolicy } from "../helpers/admission.ts";

test("lets a namespace have the ServiceAccount of its name where the policy lists none", () => {
  const policy = testPolicy({ serviceAccounts: null });
  assert.deepEqual(allowedServiceAccounts(policy, "tenant-a"), ["tenant-a"]);
  assert.deepEqual(allowedServiceAccounts(policy, "constructor"), ["constructor"]);
});

test("lets a namespace have what the policy lists for it, and none where it is not on the list", () => {
  const policy = testPolicy({ serviceAccounts: new Map([["tenant-a", ["x", "y"]]]) });
  assert.deepEqual(allowedServiceAccounts(policy, "tenant-a"), ["x", "y"]);
  for (const name of ["tenant-b", "constructor", "__proto__", ""])
    assert.deepEqual(allowedServiceAccounts(policy, name), []);
});

test("knows two profiles", () => assert.deepEqual(PROFILES, ["strict", "baseline"]));

test("compares keys of metadata exactly, and by prefix where the list says so", () => {
  const keys = ["example.com/", "exact", "a/b"];
  for (const key of ["example.com/x", "example.com/", "exact", "a/b"]) assert.equal(isListedKey(key, keys), true, key);
  for (const key of ["example.com", "Example.com/x", "xexample.com/x", "exactly", "exact/x", "a/bc", "a/", ""])
    assert.equal(isListedKey(key, keys), false, key);
  assert.equal(isListedKey("x", []), false);
});
