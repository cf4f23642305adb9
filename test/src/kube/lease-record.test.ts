import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { durationOf, heldLease, holderOf, type Lease, releasedLease } from "../../../src/kube/lease-record.ts";

const NOW = Date.parse("2026-01-01T00:00:00.123Z");
const held = (previous?: Lease, identity = "me"): Lease =>
  heldLease({ namespace: "n", name: "l", identity, durationMs: 15_000, now: NOW, previous });

describe("the record of a Lease", () => {
  it("is made with holder, duration and MicroTime", () => {
    assert.deepEqual(held(), {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "l", namespace: "n" },
      spec: {
        holderIdentity: "me",
        leaseDurationSeconds: 15,
        acquireTime: "2026-01-01T00:00:00.123000Z",
        renewTime: "2026-01-01T00:00:00.123000Z",
        leaseTransitions: 0,
      },
    });
  });

  it("keeps metadata, and since when, over a renewal", () => {
    const first = held();
    const previous = {
      ...first,
      metadata: { ...first.metadata, resourceVersion: "7", labels: { a: "b" } },
      spec: { ...first.spec, acquireTime: "earlier" },
    };
    const renewed = held(previous);
    assert.deepEqual(renewed.metadata, previous.metadata);
    assert.equal(renewed.spec?.acquireTime, "earlier");
    assert.equal(renewed.spec?.leaseTransitions, 0);
  });

  it("counts a change of holder", () => {
    const taken = held(held(undefined, "other"));
    assert.equal(taken.spec?.leaseTransitions, 1);
    assert.equal(taken.spec?.acquireTime, "2026-01-01T00:00:00.123000Z");
  });

  it("is released by having no holder", () => {
    const released = releasedLease(held(), NOW);
    assert.equal(holderOf(released), "");
    assert.equal(released.spec?.leaseDurationSeconds, 1);
  });

  it("reads a broken Lease as held by nobody, for a second", () => {
    const broken: Lease = { apiVersion: "x", kind: "Lease", metadata: { name: "l" } };
    assert.equal(holderOf(broken), "");
    assert.equal(durationOf(broken), 1_000);
    assert.equal(durationOf({ ...broken, spec: { leaseDurationSeconds: -5, holderIdentity: null } }), 1_000);
  });
});
