import assert from "node:assert/strict";
import { test } from "node:test";
import { isUnchanged } from "../../webhooks/ratchet.ts";
import { kustomization, kustomizationRequest, testPolicy } from "../helpers/admission.ts";

const unchanged = (object: object, oldObject: object): boolean =>
  isUnchanged(
    kustomizationRequest({ ...object }, { operation: "UPDATE", oldObject: { ...oldObject } }),
    testPolicy({ tenantLabels: ["example.com/tenant"] }),
  );

test("takes an update of finalizers, other labels and annotations, or status for no change", () => {
  const old = kustomization({ path: "./x" }, { labels: { app: "x" }, finalizers: ["finalizers.fluxcd.io"] });
  const annotations = { "reconcile.fluxcd.io/requestedAt": "2026-11-21T10:00:00Z" };
  assert.equal(unchanged(kustomization({ path: "./x" }, { labels: { app: "y" }, annotations }), old), true);
  assert.equal(unchanged({ ...old, status: { phase: "x" } }, old), true);
});

test("takes any change of content for a change, deep down and beside the spec", () => {
  const old = kustomization();
  assert.equal(unchanged(kustomization({ sourceRef: { kind: "GitRepository", name: "other" } }), old), false);
  assert.equal(unchanged(kustomization({ suspend: true }), old), false);
  assert.equal(unchanged(old, kustomization({ suspend: true })), false);
  assert.equal(unchanged({ ...old, operation: {} }, old), false);
  assert.equal(unchanged({ ...old, subjects: [] }, old), false);
  assert.equal(unchanged(old, { ...old, subjects: [] }), false);
});

test("takes an operation that is over for no change, and one that is changed or new for one", () => {
  const old = { ...kustomization(), operation: { sync: {} } };
  for (const none of [undefined, null, ""]) assert.equal(unchanged({ ...old, operation: none }, old), true);
  assert.equal(unchanged(kustomization(), old), true);
  assert.equal(unchanged({ ...old, operation: { sync: { prune: true } } }, old), false);
  assert.equal(unchanged(old, kustomization()), false);
  assert.equal(unchanged({ ...kustomization(), spec: undefined }, kustomization()), false);
  assert.equal(unchanged(kustomization({ path: "./y" }), old), false);
});

for (const key of [
  "landlord.dev/tenant",
  "sharding.fluxcd.io/key",
  "kubernetes.io/metadata.name",
  "example.com/tenant",
]) {
  test(`takes ${key} that is added, changed or removed for a change`, () => {
    const with1 = { [key]: "1" };
    assert.equal(unchanged(kustomization({}, { labels: with1 }), kustomization()), false);
    assert.equal(unchanged(kustomization({}, { labels: { [key]: "2" } }), kustomization({}, { labels: with1 })), false);
    assert.equal(unchanged(kustomization(), kustomization({}, { annotations: with1 })), false);
    assert.equal(unchanged(kustomization({}, { labels: with1 }), kustomization({}, { labels: with1 })), true);
  });
}

const ALWAYS = [
  "landlord.dev/x",
  "toolkit.fluxcd.io/x",
  "sharding.fluxcd.io/x",
  "fluxcd.controlplane.io/x",
  "pod-security.kubernetes.io/x",
  "kubernetes.io/metadata.name",
];
for (const key of [...ALWAYS, "protected", "shard", "tenant"]) {
  test(`takes ${key} for one that matters ${ALWAYS.includes(key) ? "whatever the policy says" : "where the policy says so"}`, () => {
    const request = kustomizationRequest(kustomization({}, { labels: { [key]: "x" } }), {
      operation: "UPDATE",
      oldObject: kustomization(),
    });
    const nothing = testPolicy({ protectedKeys: [], shardLabels: [], tenantLabels: [] });
    assert.equal(isUnchanged(request, nothing), !ALWAYS.includes(key));
    const keys = testPolicy({ protectedKeys: ["protected"], shardLabels: ["shard"], tenantLabels: ["tenant"] });
    assert.equal(isUnchanged(request, keys), false);
  });
}

test("takes only a whole prefix or a whole key for one that matters", () => {
  const labels = {
    "landlord.development/x": "1",
    "kubernetes.io/metadata.name2": "1",
    "x.sharding.fluxcd.io/key": "1",
  };
  assert.equal(unchanged(kustomization({}, { labels }), kustomization()), true);
});

test("gives an object that is being deleted no pass", () => {
  const terminating = { deletionTimestamp: "2026-11-21T10:00:00Z" };
  assert.equal(unchanged(kustomization({ path: "./y" }, terminating), kustomization({}, terminating)), false);
});

test("takes a key __proto__ in the spec for content", () => {
  const spec = (text: string): object => ({ metadata: {}, spec: JSON.parse(text) as unknown });
  assert.equal(unchanged(spec('{"__proto__": {"a": 1}}'), spec('{"__proto__": {"a": 1}}')), true);
  assert.equal(unchanged(spec('{"__proto__": {"a": 1}}'), spec('{"__proto__": {"a": 2}}')), false);
  assert.equal(unchanged(spec('{"__proto__": {"a": 1}}'), spec("{}")), false);
});

test("takes metadata that it cannot read for a change", () => {
  assert.equal(unchanged({ metadata: { labels: [] } }, { metadata: {} }), false);
  assert.equal(unchanged({ metadata: {} }, { metadata: { annotations: "x" } }), false);
});

test("is about updates alone, and needs both objects", () => {
  const object = kustomization();
  const policy = testPolicy();
  assert.equal(isUnchanged(kustomizationRequest(object, { operation: "UPDATE", oldObject: object }), policy), true);
  assert.equal(isUnchanged(kustomizationRequest(object, { operation: "CREATE", oldObject: object }), policy), false);
  assert.equal(isUnchanged(kustomizationRequest(object, { operation: "UPDATE" }), policy), false);
  const { object: _, ...without } = kustomizationRequest(object, { operation: "UPDATE", oldObject: object });
  assert.equal(isUnchanged(without, policy), false);
});

test("compares objects that nest as deeply as a review may", () => {
  const deep = (end: string): object => ({
    metadata: {},
    spec: JSON.parse(`${"[".repeat(499)}${end}${"]".repeat(499)}`) as unknown,
  });
  assert.equal(unchanged(deep("1"), deep("1")), true);
  assert.equal(unchanged(deep("1"), deep("2")), false);
});
