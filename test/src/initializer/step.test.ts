import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isManagedFor, managedMetadata } from "../../../src/initializer/step.ts";
import { TENANT } from "../../helpers/tenant.ts";

describe("managedMetadata", () => {
  it("makes metadata by which the object is known again as this namespace's", () => {
    const metadata = managedMetadata(TENANT, "x");
    assert.ok(isManagedFor({ apiVersion: "v1", kind: "Secret", metadata }, "uid-ns"));
  });
});

describe("isManagedFor", () => {
  const metadata = managedMetadata(TENANT, "x");
  it("does not know an object of an earlier life of the namespace", () => {
    assert.equal(isManagedFor({ apiVersion: "v1", kind: "Secret", metadata }, "uid-other"), false);
  });

  it("does not know an object of somebody else", () => {
    const { labels: _, ...unlabelled } = metadata;
    assert.equal(isManagedFor({ apiVersion: "v1", kind: "Secret", metadata: unlabelled }, "uid-ns"), false);
    const helm = { ...metadata, labels: { "app.kubernetes.io/managed-by": "Helm" } };
    assert.equal(isManagedFor({ apiVersion: "v1", kind: "Secret", metadata: helm }, "uid-ns"), false);
  });
});
