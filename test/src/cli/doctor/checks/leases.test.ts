import assert from "node:assert/strict";
import { test } from "node:test";
import { leases } from "../../../../../src/cli/doctor/checks/leases.ts";
import { heldLease, releasedLease } from "../../../../../src/kube/lease-record.ts";
import { found, NOW, patient, SETTINGS } from "../../../../helpers/doctor.ts";

const held = (renewedAgo: number, name = "landlord") =>
  heldLease({ namespace: "landlord", name, identity: "pod-1", durationMs: 15_000, now: NOW - renewedAgo });
const ONE = { settings: { ...SETTINGS, roles: new Set(["initializer"]) } };

test("says who holds them, for the roles that there are", async () => {
  const { kube, context } = patient();
  kube.put(held(3_000));
  kube.put(held(3_000, "landlord-survey"));
  assert.deepEqual(await found(leases, context), [
    "ok: pod-1 holds Lease landlord/landlord and sets tenants up",
    "ok: pod-1 holds Lease landlord/landlord-survey and judges what is in the cluster already",
  ]);
  assert.equal((await found(leases, { ...context, ...ONE })).length, 1);
});

test("says since when nobody was heard of, and bears a takeover", async () => {
  const { kube, context } = patient(ONE);
  kube.put(held(19_000));
  assert.match((await found(leases, context)).join(), /^ok/);
  kube.put(held(21_000));
  assert.match(
    (await found(leases, context)).join(),
    /^problem: .* is held by pod-1, which was last heard of 2025-12-31T23:59:39.* -> kubectl get pods -n landlord/,
  );
});

test("says that nobody holds it, or that it is not there", async () => {
  const { kube, context } = patient(ONE);
  assert.match((await found(leases, context)).join(), /^problem: Lease landlord\/landlord is missing/);
  kube.put(releasedLease(held(0), NOW - 6_000));
  assert.match((await found(leases, context)).join(), /^problem: Lease landlord\/landlord is held by nobody/);
});

test("bears that it was given back a moment ago: replicas are being exchanged", async () => {
  const { kube, context } = patient(ONE);
  kube.put(releasedLease(held(0), NOW - 2_000));
  assert.match((await found(leases, context)).join(), /^ok: Lease landlord\/landlord was given back a moment ago/);
});
