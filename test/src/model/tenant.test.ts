import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isReady, tenantNamespace, tenantOf } from "../../../src/model/tenant.ts";

const KEYS = ["landlord.dev/tenant", "toolkit.fluxcd.io/tenant"];

describe("tenantOf", () => {
  it("takes the first label key that is set", () => {
    assert.equal(tenantOf({ "landlord.dev/tenant": "a", "toolkit.fluxcd.io/tenant": "b" }, KEYS), "a");
    assert.equal(tenantOf({ "toolkit.fluxcd.io/tenant": "b" }, KEYS), "b");
  });

  it("skips an empty label for the next key", () => {
    assert.equal(tenantOf({ "landlord.dev/tenant": "", "toolkit.fluxcd.io/tenant": "b" }, KEYS), "b");
  });

  it("finds nobody without labels, and never an inherited property", () => {
    assert.equal(tenantOf(undefined, KEYS), undefined);
    assert.equal(tenantOf({ other: "x" }, KEYS), undefined);
    assert.equal(tenantOf({}, ["constructor"]), undefined);
  });
});

describe("isReady", () => {
  it("trusts the mark only with this namespace's own UID", () => {
    const annotations = { "landlord.dev/initialized": "uid-1" };
    assert.equal(isReady({ name: "a", uid: "uid-1", annotations }), true);
    assert.equal(isReady({ name: "a", uid: "uid-2", annotations }), false);
    assert.equal(isReady({ name: "a", annotations }), false);
    assert.equal(isReady({ name: "a", uid: "uid-1" }), false);
  });

  it("does not take two missing UIDs for equal", () => {
    assert.equal(isReady({ name: "a", uid: "", annotations: { "landlord.dev/initialized": "" } }), false);
  });
});

describe("tenantNamespace", () => {
  it("reads everything that admission asks for", () => {
    const metadata = {
      name: "team-a",
      uid: "uid-1",
      labels: { "landlord.dev/tenant": "a", "landlord.dev/initializing": "true" },
      deletionTimestamp: "2026-11-21T10:00:00Z",
    };
    assert.deepEqual(tenantNamespace(metadata, KEYS), {
      name: "team-a",
      uid: "uid-1",
      tenant: "a",
      ready: false,
      initializing: true,
      terminating: true,
      labels: metadata.labels,
    });
  });

  it("leaves the tenant out where there is none", () => {
    const seen = tenantNamespace({ name: "plain", uid: "u" }, KEYS);
    assert.equal(Object.hasOwn(seen, "tenant"), false);
    assert.equal(seen.initializing, false);
  });
});
