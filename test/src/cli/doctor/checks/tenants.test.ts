import assert from "node:assert/strict";
import { test } from "node:test";
import { tenants } from "../../../../../src/cli/doctor/checks/tenants.ts";
import type { Namespace, ObjectMeta } from "../../../../../src/model/kube-object.ts";
import { found, NOW, patient } from "../../../../helpers/doctor.ts";

const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const TENANT = { "landlord.dev/tenant": "a" };

function namespace(name: string, metadata: Partial<ObjectMeta> = {}, reason?: string, message = ""): Namespace {
  const condition = {
    type: "TenantReady",
    status: "False",
    reason: reason ?? "",
    message,
    lastTransitionTime: "",
  } as const;
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, uid: name, labels: TENANT, creationTimestamp: ago(3_600_000), ...metadata },
    ...(reason === undefined ? {} : { status: { conditions: [condition] } }),
  };
}

test("tells who is not ready, and why", async () => {
  const { kube, context } = patient();
  kube.put(namespace("ready", { annotations: { "landlord.dev/initialized": "ready" } }));
  kube.put(namespace("nobodys", { labels: {} }));
  kube.put(namespace("kube-system"));
  kube.put(namespace("new", { creationTimestamp: ago(1_000) }));
  assert.deepEqual(await found(tenants, context), ["ok: none of 2 tenant namespaces is stuck"]);
  kube.put(namespace("stuck", {}, "TokenNotIssued", "token-secret: no token yet"));
  kube.put(namespace("unseen"));
  assert.deepEqual(await found(tenants, context), [
    "problem: stuck is not ready: TokenNotIssued: token-secret: no token yet -> kubectl describe namespace stuck",
    "problem: unseen is not ready: nothing has looked at it yet -> kubectl describe namespace unseen",
  ]);
});

test("names the foreign object that is in the way at once", async () => {
  const { kube, context } = patient();
  const message = "service-account: ServiceAccount a is there already and not managed by landlord: it is left alone";
  kube.put(namespace("a", { creationTimestamp: ago(0) }, "Conflict", message));
  assert.deepEqual(await found(tenants, context), [
    `problem: a is not ready: Conflict: ${message} -> kubectl delete serviceaccount a -n a`,
  ]);
});

test("waits a while for one that is being deleted", async () => {
  const { kube, context } = patient();
  kube.put(namespace("going", { deletionTimestamp: ago(60_000) }));
  kube.put(namespace("kept", { deletionTimestamp: ago(3_600_000) }));
  assert.match(
    (await found(tenants, context)).join(),
    /^warning: kept is being deleted since 2025-12-31T23:00:00\.000Z/,
  );
});
