import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf } from "../../../../src/cli/review/facts.ts";

const role = (name: string, rest: object) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name },
  ...rest,
});
const namespace = (name: string, labels: object, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels, ...more },
});

test("knows whose a namespace is by its labels, and of no other namespace", () => {
  const facts = factsOf(
    [
      namespace("team-a", { "landlord.dev/tenant": "a" }),
      namespace("gone", { "landlord.dev/tenant": "g" }, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      namespace("plain", {}),
      { ...namespace("forged", { "landlord.dev/tenant": "f" }), apiVersion: "example.com/v1" },
      { kind: "Namespace", apiVersion: "v1", metadata: { labels: { "landlord.dev/tenant": "x" } } },
      { kind: "Namespace", apiVersion: "v1", metadata: { name: "odd", labels: ["x"] } },
    ],
    ["landlord.dev/tenant"],
  );
  assert.ok(facts.synced());
  assert.equal(facts.namespace("team-a")?.tenant, "a");
  assert.equal(facts.namespace("gone")?.terminating, true);
  assert.equal(facts.namespace("plain")?.tenant, undefined);
  for (const name of ["forged", "odd", "", "constructor"]) assert.equal(facts.namespace(name), undefined, name);
});

test("knows which ClusterRoles are wide, and says nothing of those whose rules are still to be gathered", () => {
  const facts = factsOf(
    [
      role("wide", { rules: [{ verbs: ["get"] }, { verbs: ["impersonate"] }] }),
      role("all", { rules: [{ verbs: ["*"] }] }),
      role("narrow", { rules: [{ verbs: ["get"] }] }),
      role("empty", {}),
      role("odd", { rules: [null, { verbs: "bind" }, { verbs: [1] }] }),
      role("gathered", { rules: [], aggregationRule: { clusterRoleSelectors: [] } }),
    ],
    [],
  );
  const found = ["wide", "all", "narrow", "empty", "odd", "gathered", "none"].map((name) => facts.isWideRole(name));
  assert.deepEqual(found, [true, true, false, false, false, undefined, undefined]);
});
