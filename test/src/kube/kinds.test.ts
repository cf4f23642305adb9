import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LEASE, NAMESPACE, nameOf, objectPath, pathOf, SECRET } from "../../../src/kube/kinds.ts";

describe("paths of kinds", () => {
  it("puts the core group under /api and all others under /apis", () => {
    assert.equal(pathOf(SECRET, { namespace: "a", name: "b" }), "/api/v1/namespaces/a/secrets/b");
    assert.equal(pathOf(LEASE, { namespace: "a", name: "b" }), "/apis/coordination.k8s.io/v1/namespaces/a/leases/b");
  });

  it("leaves the namespace out where there is none, and where the kind has none", () => {
    assert.equal(pathOf(SECRET), "/api/v1/secrets");
    assert.equal(pathOf(NAMESPACE, { namespace: "a", name: "b" }), "/api/v1/namespaces/b");
  });

  it("appends the subresource", () => {
    assert.equal(pathOf(NAMESPACE, { name: "a", subresource: "status" }), "/api/v1/namespaces/a/status");
  });

  it("encodes what would end a segment or begin a query", () => {
    assert.equal(pathOf(SECRET, { namespace: "a/b", name: "c?d#e" }), "/api/v1/namespaces/a%2Fb/secrets/c%3Fd%23e");
  });

  for (const name of ["", ".", ".."]) {
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      assert.throws(() => pathOf(SECRET, { namespace: "a", name }), TypeError);
      assert.throws(() => pathOf(SECRET, { namespace: name, name: "a" }), TypeError);
    });
  }

  it("refuses an object of a namespaced kind without its namespace", () => {
    assert.throws(() => objectPath(SECRET, { name: "a" }), /path of Secret a: a namespace is needed/);
    assert.equal(objectPath(NAMESPACE, { name: "a" }), "/api/v1/namespaces/a");
  });

  it("calls objects by namespace and name", () => {
    assert.equal(nameOf({ namespace: "a", name: "b" }), "a/b");
    assert.equal(nameOf({ name: "b" }), "b");
    assert.equal(nameOf({ namespace: "", name: "b" }), "b");
  });
});
