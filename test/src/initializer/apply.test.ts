import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { type ApplyDeps, ConflictError, ensure, MANAGED_KINDS, viewOf } from "../../../src/initializer/apply.ts";
import { managedMetadata } from "../../../src/initializer/step.ts";
import { createOwnWrites } from "../../../src/kube/own-writes.ts";
import { TerminalError } from "../../../src/model/errors.ts";
import type { ConfigMap, RoleBinding, Secret, ServiceAccount } from "../../../src/model/kube-object.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createFakeKube, type FakeKube, kubeError } from "../../helpers/kube-fake.ts";
import { TENANT } from "../../helpers/tenant.ts";

const account: ServiceAccount = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: managedMetadata(TENANT, "team-a"),
};
const binding: RoleBinding = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  metadata: managedMetadata(TENANT, "team-a-reconciler"),
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "landlord-tenant" },
  subjects: [{ kind: "ServiceAccount", name: "team-a", namespace: "team-a" }],
};
const secret: Secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: managedMetadata(TENANT, "team-a-token"),
  type: "Opaque",
};
const map: ConfigMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: managedMetadata(TENANT, "tenant-vars"),
  data: { kept: "1", changed: "2" },
};

describe("ensure", () => {
  let kube: FakeKube;
  let deps: ApplyDeps;

  beforeEach(() => {
    kube = createFakeKube();
    const clock = createTestClock();
    const views = new Map(MANAGED_KINDS.map(({ kind }) => [kind.kind, createOwnWrites(kube.cache(kind.kind), clock)]));
    deps = { client: kube.client, views, signal: new AbortController().signal };
  });

  it("creates what is not there, and knows it at once", async () => {
    kube.freeze();
    assert.equal(await ensure(account, "uid-ns", deps), "created");
    assert.equal(await ensure(account, "uid-ns", deps), "unchanged");
    assert.deepEqual(kube.calls, ["create ServiceAccount team-a/team-a"]);
  });

  it("writes nothing where everything is as it should be", async () => {
    kube.put({ ...binding, metadata: { ...binding.metadata, labels: { ...binding.metadata.labels, theirs: "x" } } });
    assert.equal(await ensure(binding, "uid-ns", deps), "unchanged");
    assert.deepEqual(kube.calls, []);
  });

  it("mends drift and leaves what others have added", async () => {
    const drifted = { ...binding.metadata, labels: { ...binding.metadata.labels, theirs: "x" } };
    kube.put({ ...binding, metadata: drifted, subjects: [{ kind: "User", name: "mallory" }] });
    assert.equal(await ensure(binding, "uid-ns", deps), "applied");
    const mended = kube.get<RoleBinding>("RoleBinding", binding.metadata);
    assert.deepEqual(mended?.subjects, binding.subjects);
    assert.equal(mended?.metadata.labels?.["theirs"], "x");
  });

  it("takes out what is not wanted in a map that is wholly Landlord's, in one write", async () => {
    const binaryData = { changed: "AA==", theirs: "AA==" };
    kube.put({
      ...map,
      metadata: { ...map.metadata, labels: { ...map.metadata.labels, theirs: "x" } },
      data: { kept: "1", gone: "3", constructor: "4" },
      binaryData,
    });
    assert.equal(await ensure(map, "uid-ns", deps), "applied");
    const mended = kube.get<ConfigMap & { binaryData?: object }>("ConfigMap", map.metadata);
    assert.deepEqual(mended?.data, map.data);
    assert.deepEqual(mended?.binaryData, {});
    assert.equal(mended?.metadata.labels?.["theirs"], "x");
    assert.deepEqual(kube.calls, ["patch ConfigMap team-a/tenant-vars"]);
    assert.equal(await ensure(map, "uid-ns", deps), "unchanged");
  });

  it("binds the taking out to the object that was looked at", async () => {
    kube.put({ ...map, data: { gone: "3" } });
    kube.freeze();
    kube.delete("ConfigMap", map.metadata);
    kube.put({ ...map, metadata: { name: "tenant-vars", namespace: "team-a" }, data: { theirs: "1" } });
    await assert.rejects(ensure(map, "uid-ns", deps), { status: 422 });
    assert.deepEqual(kube.get<ConfigMap>("ConfigMap", map.metadata)?.data, { theirs: "1" });
  });

  it("applies where a map of its own lacks something only", async () => {
    kube.put({ ...map, data: { kept: "1" } });
    assert.equal(await ensure(map, "uid-ns", deps), "applied");
    assert.deepEqual(kube.calls, ["apply ConfigMap team-a/tenant-vars"]);
  });

  it("binds the mending to the object that was looked at", async () => {
    kube.put({ ...binding, subjects: [] });
    kube.freeze();
    kube.delete("RoleBinding", binding.metadata);
    kube.put({ ...binding, metadata: { name: "team-a-reconciler", namespace: "team-a" }, subjects: [] });
    await assert.rejects(ensure(binding, "uid-ns", deps), { status: 422 });
    assert.deepEqual(kube.get<RoleBinding>("RoleBinding", binding.metadata)?.subjects, []);
  });

  for (const [kind, was, wanted] of [
    ["roleRef", { ...binding, roleRef: { ...binding.roleRef, name: "admin" } }, binding],
    ["type", { ...secret, type: "kubernetes.io/service-account-token" }, secret],
  ] as const) {
    it(`replaces an object whose ${kind} is another, for it cannot be changed`, async () => {
      const before = kube.put(was);
      assert.equal(await ensure(wanted, "uid-ns", deps), "replaced");
      const after = kube.get(wanted.kind, wanted.metadata);
      assert.notEqual(after?.metadata.uid, before.metadata.uid);
      assert.equal(await ensure(wanted, "uid-ns", deps), "unchanged");
    });
  }

  it("never touches a foreign object, and names it", async () => {
    const foreign = kube.put({
      ...account,
      metadata: { name: "team-a", namespace: "team-a", labels: { app: "theirs" } },
    });
    await assert.rejects(ensure(account, "uid-ns", deps), (error) => {
      assert.ok(error instanceof ConflictError);
      assert.match(error.message, /ServiceAccount team-a is there already/);
      return true;
    });
    assert.deepEqual(kube.get("ServiceAccount", account.metadata), foreign);
  });

  it("takes an object of an earlier life of the namespace for a foreign one", async () => {
    kube.put({ ...secret, metadata: managedMetadata({ ...TENANT, namespaceUid: "uid-before" }, "team-a-token") });
    await assert.rejects(ensure(secret, "uid-ns", deps), ConflictError);
  });

  it("goes on with an own object that the cache has not seen yet", async () => {
    kube.freeze();
    kube.put({ ...binding, subjects: [] });
    assert.equal(await ensure(binding, "uid-ns", deps), "applied");
  });

  it("lets other errors through", async () => {
    kube.failNext("create", kubeError(500, "InternalError"));
    await assert.rejects(ensure(account, "uid-ns", deps), { status: 500 });
  });

  it("refuses kinds that nobody watches", async () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "x", namespace: "team-a" } };
    await assert.rejects(ensure(pod, "uid-ns", deps), TerminalError);
    assert.throws(() => viewOf(deps.views, "Pod"), TerminalError);
  });
});
