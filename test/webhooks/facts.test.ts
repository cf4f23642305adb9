import assert from "node:assert/strict";
import { test } from "node:test";
import type { Facts } from "../../webhooks/facts.ts";
import { declaredFacts, isSameTenant } from "../../webhooks/facts.ts";
import type { Policy } from "../../webhooks/policy.ts";
import { testFacts, testPolicy } from "../helpers/admission.ts";

const declared = (policy: Partial<Policy>, facts: Facts = testFacts()): Facts =>
  declaredFacts(facts, testPolicy(policy));
const TENANTS = {
  tenants: new Map([
    ["tenant-a", "b"],
    ["new", "n"],
    ["plain", "p"],
    ["constructor", "c"],
  ]),
};

test("leaves the facts alone where the policy declares nothing", () => {
  const facts = testFacts();
  assert.equal(declared({}, facts), facts);
});

test("takes from the policy alone whose a namespace is, where it declares that", () => {
  const facts = declared(TENANTS);
  assert.equal(facts.namespace("tenant-a")?.tenant, "b");
  assert.equal(facts.namespace("plain")?.tenant, "p");
  assert.equal(facts.namespace("constructor")?.tenant, "c");
  const undeclared = facts.namespace("tenant-b");
  assert.equal(undeclared?.name, "tenant-b");
  assert.equal(Object.hasOwn(undeclared, "tenant"), false);
});

test("keeps all else that the cluster shows", () => {
  const { tenant: _, ...rest } = testFacts().namespace("tenant-a-too")!;
  const facts = declared({ tenants: new Map([["tenant-a-too", "x"]]) });
  assert.deepEqual(facts.namespace("tenant-a-too"), { ...rest, tenant: "x" });
  assert.equal(declared(TENANTS).namespace("tenant-gone")?.terminating, true);
});

test("knows a declared namespace that the cluster does not show, and no other", () => {
  const facts = declared(TENANTS);
  assert.deepEqual(facts.namespace("new"), {
    name: "new",
    uid: "",
    tenant: "n",
    ready: false,
    initializing: false,
    terminating: false,
  });
  assert.equal(facts.namespace("unheard-of"), undefined);
  assert.equal(facts.namespace("toString"), undefined);
});

test("takes a namespace whose tenant is on its way out for one that is being deleted", () => {
  const facts = declared({ tenantsBeingDeleted: new Set(["tenant-a", "unheard-of"]) });
  assert.deepEqual(facts.namespace("tenant-a"), { ...testFacts().namespace("tenant-a"), terminating: true });
  assert.equal(facts.namespace("tenant-b")?.terminating, false);
  assert.equal(facts.namespace("unheard-of"), undefined);
  const both = declared({ ...TENANTS, tenantsBeingDeleted: new Set(["new"]) });
  assert.equal(both.namespace("new")?.terminating, true);
});

test("asks the cluster whether it is known and which roles are wide", () => {
  const facts = declared(TENANTS, testFacts({ synced: false, wideRoles: ["x"] }));
  assert.deepEqual([facts.synced(), facts.isWideRole("x"), facts.isWideRole("y")], [false, true, false]);
  assert.equal(declared(TENANTS).synced(), true);
});

test("takes two namespaces for the same tenant's only if both are known to be", () => {
  const facts = testFacts();
  assert.equal(isSameTenant("tenant-a", "tenant-a-too", facts), true);
  assert.equal(isSameTenant("tenant-a", "tenant-a", facts), true);
  assert.equal(isSameTenant("tenant-a", "tenant-b", facts), false);
  for (const name of ["plain", "unheard-of", "toString", ""]) {
    assert.equal(isSameTenant(name, name, facts), false, name);
    assert.equal(isSameTenant("tenant-a", name, facts), false, name);
  }
});
