import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdmissionRequest } from "../../../webhooks/admission.ts";
import type { JsonObject } from "../../../webhooks/json.ts";
import { UNCHANGED } from "../../../webhooks/mutating/mutation.ts";
import { namespaceMarker } from "../../../webhooks/mutating/namespace-marker.ts";
import { applyPatch } from "../../../webhooks/patch.ts";
import type { Policy } from "../../../webhooks/policy.ts";
import {
  ADMIN_USER,
  coreRequest,
  deepFrozen,
  LANDLORD,
  TENANT_USER,
  testFacts,
  testPolicy,
} from "../../helpers/admission.ts";

const TENANT = { "landlord.dev/tenant": "a" };
const MARKER = { "landlord.dev/initializing": "true" };
const PLATFORM_USER = { username: "system:serviceaccount:kube-system:namespace-maker", groups: [] };
const mark = (uid: string) => ({ "landlord.dev/initialized": uid });

interface Parts {
  labels?: JsonObject;
  annotations?: JsonObject;
  metadata?: JsonObject;
}
const namespace = ({ labels, annotations, metadata }: Parts = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "team", ...(labels && { labels }), ...(annotations && { annotations }), ...metadata },
});
const stored = (parts: Parts = {}): JsonObject => namespace({ ...parts, metadata: { uid: "u-1", ...parts.metadata } });

/** What becomes of labels and annotations, and how many warnings there are; a second call must have nothing left to do. */
function mutated(object: JsonObject, overrides: Partial<AdmissionRequest> = {}, policy: Partial<Policy> = {}) {
  const mutate = (given: JsonObject) => {
    const asked = { name: "team", namespace: "team", user: PLATFORM_USER, ...overrides };
    const request = deepFrozen(coreRequest("namespaces", given, asked));
    return namespaceMarker.mutate(request, testFacts({ synced: false }), testPolicy(policy));
  };
  const { patch, warnings } = mutate(object);
  const patched = applyPatch(object, patch);
  assert.deepEqual(mutate(patched).patch, []);
  const { labels = {}, annotations = {} } = patched["metadata"] as Parts;
  return { labels, annotations, warnings: [...warnings], operations: patch.length };
}
const updated = (
  oldParts: Parts,
  newParts: Parts,
  overrides: Partial<AdmissionRequest> = {},
  policy?: Partial<Policy>,
) => mutated(stored(newParts), { operation: "UPDATE", oldObject: stored(oldParts), ...overrides }, policy);

test("marks a new tenant's namespace", () => {
  const { labels, warnings, operations } = mutated(namespace({ labels: TENANT }));
  assert.deepEqual(labels, { ...TENANT, ...MARKER });
  assert.deepEqual([warnings, operations], [[], 1]);
});

test("leaves a namespace alone that is no tenant's", () => {
  for (const labels of [undefined, { app: "x" }, { "landlord.dev/tenant": "" }]) {
    assert.equal(mutated(namespace(labels === undefined ? {} : { labels })).operations, 0);
  }
});

test("reads the tenant from any of the policy's labels", () => {
  const labels = { "toolkit.fluxcd.io/tenant": "a" };
  assert.deepEqual(mutated(namespace({ labels })).labels, { ...labels, ...MARKER });
});

test("takes a forged ready mark off a new namespace, and says so", () => {
  const { annotations, labels, warnings } = mutated(
    namespace({ labels: TENANT, annotations: { ...mark(""), a: "b" } }),
  );
  assert.deepEqual(annotations, { a: "b" });
  assert.deepEqual(labels, { ...TENANT, ...MARKER });
  assert.match(warnings.join(), /^landlord\.dev\/initialized is Landlord's to write: your change to it was undone$/);
});

test("takes a mark off a new namespace even if it names the UID that came along", () => {
  const forged = namespace({ labels: TENANT, annotations: mark("u-1"), metadata: { uid: "u-1" } });
  assert.deepEqual(mutated(forged).labels, { ...TENANT, ...MARKER });
});

test("does not believe an old object on CREATE", () => {
  const ready = stored({ labels: TENANT, annotations: mark("u-1") });
  const { annotations, labels } = mutated(ready, { oldObject: ready });
  assert.deepEqual([annotations, labels], [{}, { ...TENANT, ...MARKER }]);
});

test("takes a forged or left-over marker off, where there is no tenant or the namespace is ready", () => {
  assert.deepEqual(mutated(namespace({ labels: { ...MARKER, app: "x" } })).labels, { app: "x" });
  const ready = { labels: TENANT, annotations: mark("u-1") };
  assert.deepEqual(updated(ready, { ...ready, labels: { ...TENANT, ...MARKER } }).labels, TENANT);
});

test("puts the marker back, and its value right, while the namespace is not ready", () => {
  const before = { labels: { ...TENANT, ...MARKER } };
  assert.deepEqual(updated(before, { labels: TENANT }).labels, { ...TENANT, ...MARKER });
  const wrong = { ...TENANT, "landlord.dev/initializing": "false" };
  assert.deepEqual(updated(before, { labels: wrong }).labels, { ...TENANT, ...MARKER });
});

test("marks a namespace that gets its tenant by an update", () => {
  const { labels, warnings } = updated({}, { labels: TENANT });
  assert.deepEqual([labels, warnings], [{ ...TENANT, ...MARKER }, []]);
});

test("takes a mark of another UID for none", () => {
  const copied = { labels: TENANT, annotations: mark("u-of-another") };
  assert.deepEqual(updated(copied, copied).labels, { ...TENANT, ...MARKER });
});

for (const [what, before, after] of [
  ["adds", {}, mark("u-1")],
  ["changes", mark("u-1"), mark("u-2")],
  ["removes", mark("u-1"), {}],
] as const) {
  test(`undoes an update that ${what} the ready mark, an admin's too`, () => {
    for (const user of [ADMIN_USER, PLATFORM_USER]) {
      const { annotations, warnings } = updated({ annotations: before }, { annotations: after }, { user });
      assert.deepEqual(annotations, before);
      assert.equal(warnings.length, 1);
    }
  });
}

test("puts the mark back where all annotations went", () => {
  const ready = { labels: TENANT, annotations: mark("u-1") };
  const { annotations, labels } = updated(ready, { labels: TENANT });
  assert.deepEqual([annotations, labels], [mark("u-1"), TENANT]);
});

test("leaves an update of a ready namespace alone that touches none of this", () => {
  const ready = { labels: TENANT, annotations: mark("u-1") };
  assert.equal(
    updated(ready, { labels: { ...TENANT, app: "x" }, annotations: { ...mark("u-1"), a: "b" } }).operations,
    0,
  );
});

test("reads readiness from the stored UID, which an update may leave out", () => {
  const ready = { labels: TENANT, annotations: mark("u-1") };
  const { operations } = mutated(namespace(ready), { operation: "UPDATE", oldObject: stored(ready) });
  assert.equal(operations, 0);
});

const FLUX = "toolkit.fluxcd.io/tenant";
const TAKEOVERS: [string, JsonObject, JsonObject, JsonObject][] = [
  ["changed", TENANT, { "landlord.dev/tenant": "b" }, MARKER],
  ["emptied", TENANT, { "landlord.dev/tenant": "" }, {}],
  ["removed", TENANT, {}, {}],
  ["shadowed by a label that counts before it", { [FLUX]: "a" }, { [FLUX]: "a", "landlord.dev/tenant": "b" }, MARKER],
  ["uncovered", { ...TENANT, [FLUX]: "b" }, { [FLUX]: "b" }, MARKER],
];
for (const [what, before, after, marker] of TAKEOVERS) {
  test(`leaves it to the rules whether the tenant may be ${what}, and marks accordingly`, () => {
    for (const user of [TENANT_USER, PLATFORM_USER, ADMIN_USER]) {
      const { labels, warnings } = updated({ labels: before }, { labels: { ...after, app: "x" } }, { user });
      assert.deepEqual([labels, warnings], [{ ...after, app: "x", ...marker }, []]);
    }
  });
}

for (const user of [TENANT_USER, { username: "bob@example.com", groups: [] }, { username: "", groups: [] }]) {
  test(`leaves what ${user.username || "nobody"} does to mark and marker as it is, for the rules to deny`, () => {
    const ready = { labels: TENANT, annotations: mark("u-1") };
    assert.equal(updated(ready, { labels: TENANT }, { user }).operations, 0);
    assert.equal(updated(ready, { ...ready, annotations: mark("u-2") }, { user }).operations, 0);
    assert.equal(updated(ready, { ...ready, labels: { ...TENANT, ...MARKER } }, { user }).operations, 0);
    assert.equal(updated({ labels: { ...TENANT, ...MARKER } }, { labels: TENANT }, { user }).operations, 0);
    const wrong = { ...TENANT, "landlord.dev/initializing": "false" };
    assert.equal(updated({ labels: { ...TENANT, ...MARKER } }, { labels: wrong }, { user }).operations, 0);
    const forged = mutated(namespace({ labels: { ...TENANT, ...MARKER }, annotations: mark("u-1") }), { user });
    assert.deepEqual([forged.operations, forged.warnings], [0, []]);
  });

  test(`sets the marker for ${user.username || "nobody"}, who has not touched it`, () => {
    assert.deepEqual(mutated(namespace({ labels: TENANT }), { user }).labels, { ...TENANT, ...MARKER });
    assert.deepEqual(updated({ labels: TENANT }, { labels: { ...TENANT, app: "x" } }, { user }).labels, {
      ...TENANT,
      app: "x",
      ...MARKER,
    });
    const ready = { labels: { ...TENANT, ...MARKER }, annotations: mark("u-1") };
    assert.deepEqual(updated(ready, ready, { user }).labels, TENANT);
  });
}

test("lets an admin change or take away the tenant, and marks accordingly", () => {
  const ready = { labels: TENANT, annotations: mark("u-1") };
  const user = ADMIN_USER;
  const moved = updated(ready, { ...ready, labels: { "landlord.dev/tenant": "b" } }, { user });
  assert.deepEqual([moved.labels, moved.warnings], [{ "landlord.dev/tenant": "b" }, []]);
  const freed = updated({ labels: { ...TENANT, ...MARKER } }, { labels: MARKER }, { user });
  assert.deepEqual([freed.labels, freed.warnings], [{}, []]);
});

test("lets anybody move the same tenant from one label to another", () => {
  const { labels, warnings } = updated({ labels: TENANT }, { labels: { [FLUX]: "a" } });
  assert.deepEqual([labels, warnings], [{ [FLUX]: "a", ...MARKER }, []]);
});

test("undoes the mark and not the tenant where a platform account changes both", () => {
  const before = { labels: TENANT, annotations: mark("u-1") };
  const { labels, annotations, warnings } = updated(before, {});
  assert.deepEqual([labels, annotations, warnings.length], [{}, mark("u-1"), 1]);
  for (const warning of warnings) assert.ok(warning.length <= 120);
});

test("does not look at what Landlord itself writes", () => {
  const user = { username: LANDLORD, groups: [] };
  const ready = { labels: TENANT, annotations: mark("u-1") };
  assert.equal(updated({ labels: { ...TENANT, ...MARKER } }, ready, { user }).operations, 0);
});

test("takes nobody for Landlord where the policy names no own user", () => {
  const user = { username: "", groups: [] };
  assert.equal(mutated(namespace({ labels: TENANT }), { user }, { ownUser: "" }).operations, 1);
});

test("leaves platform namespaces alone, by the request's name or the object's", () => {
  const forged = namespace({ labels: TENANT, annotations: mark("x"), metadata: { name: "kube-system" } });
  assert.equal(mutated(forged, { name: "kube-system" }).operations, 0);
  assert.equal(mutated(forged, { name: "" }).operations, 0);
  assert.notEqual(mutated(forged, { name: "team" }).operations, 0);
});

test("leaves namespaces alone that are being deleted, also if the update leaves that out", () => {
  const metadata = { deletionTimestamp: "2026-11-21T10:00:00Z" };
  const marked = { labels: TENANT, annotations: mark("u-1") };
  assert.equal(updated({ ...marked, metadata }, { metadata }).operations, 0);
  assert.equal(updated({ ...marked, metadata }, {}).operations, 0);
  assert.equal(updated(marked, { metadata }).operations, 0);
  assert.equal(updated(marked, {}).operations, 1);
});

test("guards the subresources status and finalize too, which change metadata", () => {
  for (const subResource of ["status", "finalize"]) {
    const { annotations } = updated({ annotations: mark("u-1") }, {}, { subResource });
    assert.deepEqual(annotations, mark("u-1"));
    assert.deepEqual(updated({}, { labels: TENANT }, { subResource }).labels, { ...TENANT, ...MARKER });
  }
});

test("is about the creation and update of Namespaces alone", () => {
  const mutate = (overrides: Partial<AdmissionRequest>) =>
    namespaceMarker.mutate(
      coreRequest("namespaces", namespace({ labels: TENANT }), overrides),
      testFacts(),
      testPolicy(),
    );
  assert.notDeepEqual(mutate({}), UNCHANGED);
  assert.deepEqual(mutate({ operation: "DELETE" }), UNCHANGED);
  assert.deepEqual(mutate({ operation: "CONNECT" }), UNCHANGED);
  assert.deepEqual(mutate({ resource: { group: "", version: "v1", resource: "pods" } }), UNCHANGED);
  assert.deepEqual(mutate({ resource: { group: "example.com", version: "v1", resource: "namespaces" } }), UNCHANGED);
});

test("leaves what has no Namespace's shape to kube-apiserver", () => {
  const mutate = (object: JsonObject) =>
    namespaceMarker.mutate(coreRequest("namespaces", object), testFacts(), testPolicy());
  for (const object of [{}, { metadata: [] }, { metadata: { labels: { "landlord.dev/tenant": 1 } } }]) {
    assert.deepEqual(mutate(object), UNCHANGED);
  }
  const { object: _, ...without } = coreRequest("namespaces", {});
  assert.deepEqual(namespaceMarker.mutate(without, testFacts(), testPolicy()), UNCHANGED);
});

test("takes an old object that it cannot read for one without mark and tenant", () => {
  const { annotations } = mutated(stored({ annotations: mark("u-1") }), { operation: "UPDATE", oldObject: {} });
  assert.deepEqual(annotations, {});
});
