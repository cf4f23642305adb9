import assert from "node:assert/strict";
import { test } from "node:test";
import { accountViolations, isAllowedAccount } from "../../../webhooks/validating/account.ts";
import { testFacts, testPolicy } from "../../helpers/admission.ts";
import { FOREIGN, NO_STRINGS } from "../../helpers/rule-table.ts";

const facts = testFacts();
const listed = (...names: string[]) => ({
  serviceAccounts: new Map([
    ["tenant-a", names],
    ["plain", names],
  ]),
});
const isAllowed = (name: unknown, namespace = "tenant-a", policy = {}): boolean =>
  isAllowedAccount(name, namespace, facts, testPolicy(policy));
const check = (found: unknown, namespace = "tenant-a", policy = {}) =>
  accountViolations({ field: "f", found, namespace }, facts, testPolicy(policy));

test("allows the account of the namespace's name, or those that the policy lists", () => {
  assert.equal(isAllowed("tenant-a"), true);
  assert.equal(isAllowed("constructor", "constructor"), true);
  assert.equal(isAllowed("y", "tenant-a", listed("x", "y")), true);
  assert.deepEqual(check("tenant-a"), []);
});

test("allows no other account, and nothing that is no name", () => {
  for (const found of [undefined, null, "", ...FOREIGN, ...NO_STRINGS.map(([, value]) => value)]) {
    assert.equal(isAllowed(found), false);
    assert.deepEqual(
      check(found).map(({ field, found: shown, allowed }) => [field, shown, allowed]),
      [["f", found, '"tenant-a"']],
    );
  }
  assert.equal(isAllowed("tenant-a", "tenant-a", listed("x")), false);
});

test("allows no listed name that no ServiceAccount can have", () => {
  for (const name of ["", "a/b", "A", "a:b", "a_b"]) assert.equal(isAllowed(name, "tenant-a", listed(name)), false);
});

test("allows none in a namespace that is no tenant's, listed or not, and tells how to make it one", () => {
  for (const namespace of ["plain", "unheard-of", "toString", ""]) {
    assert.equal(isAllowed(namespace, namespace), false);
    assert.equal(isAllowed("x", namespace, listed("x")), false);
    const [violation] = check("x", namespace);
    assert.equal(violation?.allowed, `none, since namespace "${namespace}" is no tenant's`);
  }
  assert.equal(
    check("x", "plain", { tenantLabels: ["a", "b"] })[0]?.remedy,
    "have the platform label the Namespace a=<tenant>, or use a tenant's namespace",
  );
});
