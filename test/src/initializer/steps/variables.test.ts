import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { variables } from "../../../../src/initializer/steps/variables.ts";
import type { ConfigMap } from "../../../../src/model/kube-object.ts";
import type { TenantRow } from "../../../../src/tenants/row.ts";
import { knownObjects, rowFor, TENANT } from "../../../helpers/tenant.ts";

const FIXED = { tenantId: "a", namespace: "team-a", cluster: "in-cluster" };
const build = (row: TenantRow): ConfigMap[] => variables.build(TENANT, knownObjects([], { row })).objects;
const dataOf = (row: Partial<TenantRow>): [string, string][] => {
  const [map] = build(rowFor(TENANT, row));
  return Object.entries(map?.data ?? assert.fail("no data"));
};

describe("variables", () => {
  it("gives the namespace a ConfigMap with tenant, namespace, cluster, params and labels", () => {
    const row = rowFor(TENANT, { params: { kafkaTopic: "acme.events", empty: "" }, labels: { tier: "gold" } });
    const [map, ...others] = build({ ...row, targetCluster: "prod-eu" });
    assert.equal(map?.kind, "ConfigMap");
    assert.equal(map.metadata.name, "tenant-vars");
    assert.equal(map.metadata.namespace, "team-a");
    assert.equal(map.metadata.labels?.["app.kubernetes.io/managed-by"], "landlord");
    assert.equal(map.metadata.annotations?.["landlord.dev/namespace-uid"], "uid-ns");
    const rest = { kafkaTopic: "acme.events", empty: "", "label.tier": "gold" };
    assert.deepEqual(map.data, { ...FIXED, cluster: "prod-eu", ...rest });
    assert.deepEqual(others, []);
  });

  const without: [string, TenantRow | undefined][] = [
    ["no row", undefined],
    ["a row that is disabled", rowFor(TENANT, { enabled: false })],
    ["a row for another namespace", rowFor(TENANT, { namespace: "team-b" })],
    ["a row whose namespace begins alike", rowFor(TENANT, { namespace: "team-a-2" })],
    ["a row whose namespace differs in case", rowFor(TENANT, { namespace: "Team-a" })],
  ];
  for (const [what, row] of without) {
    it(`makes nothing and waits for nothing with ${what}`, () => {
      assert.deepEqual(variables.build(TENANT, knownObjects([], { row })), { objects: [] });
    });
  }

  it("lets no param overwrite what is fixed, and none pass for a label that the tenant has", () => {
    const params = { tenantId: "b", namespace: "kube-system", cluster: "other", "label.tier": "fake" };
    assert.deepEqual(Object.fromEntries(dataOf({ params, labels: { tier: "gold" } })), {
      ...FIXED,
      "label.tier": "gold",
    });
  });

  for (const key of ["", "a/b", "a b", "é", "a\n", ".", "..", "..data", "x".repeat(254)]) {
    it(`leaves out a param whose key the API server refuses: ${JSON.stringify(key.slice(0, 9))}`, () => {
      assert.deepEqual(Object.fromEntries(dataOf({ params: { [key]: "1", good: "2" } })), { ...FIXED, good: "2" });
    });
  }

  it("keeps every key that is legal, also those that mean something to JavaScript", () => {
    const keys = ["__proto__", "constructor", ".hidden", "a..b", "-", "_", "x".repeat(253)];
    const params = Object.fromEntries(keys.map((key) => [key, "1"]));
    const found = dataOf({ params }).map(([key]) => key);
    assert.deepEqual(found.toSorted(), [...keys, ...Object.keys(FIXED)].toSorted());
  });

  it("leaves out labels with a prefix, and those that are too long behind `label.`", () => {
    const labels = { "example.com/tier": "gold", ["x".repeat(248)]: "long", ["y".repeat(247)]: "fits" };
    assert.deepEqual(Object.fromEntries(dataOf({ labels })), { ...FIXED, [`label.${"y".repeat(247)}`]: "fits" });
  });

  it("writes values as the API server gives them back", () => {
    assert.deepEqual(Object.fromEntries(dataOf({ params: { half: "a\ud800b", whole: "a\n😀" } })), {
      ...FIXED,
      half: "a\ufffdb",
      whole: "a\n😀",
    });
  });
});
