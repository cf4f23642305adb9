import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { MANAGED_KINDS } from "../../../src/initializer/apply.ts";
import { type Controller, createController } from "../../../src/initializer/controller.ts";
import { tenantSteps } from "../../../src/initializer/steps/index.ts";
import { createOwnWrites } from "../../../src/kube/own-writes.ts";
import { createMetrics } from "../../../src/metrics.ts";
import type { ConfigMap, Namespace, Secret } from "../../../src/model/kube-object.ts";
import type { TenantRow } from "../../../src/tenants/row.ts";
import { createTestClock, type TestClock } from "../../helpers/clock.ts";
import { createFakeKube, type FakeKube, kubeError } from "../../helpers/kube-fake.ts";
import { createTestLog } from "../../helpers/log.ts";
import { base64, legacyTokenOf, rowFor } from "../../helpers/tenant.ts";

const SIGNAL = new AbortController().signal;
const tenant = (metadata: Partial<Namespace["metadata"]> = {}): Namespace => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name: "team-a",
    labels: { "landlord.dev/tenant": "a", "landlord.dev/initializing": "true" },
    ...metadata,
  },
});

describe("createController", () => {
  let kube: FakeKube;
  let clock: TestClock;
  let controller: Controller;
  let events: string[];
  let logged: ReturnType<typeof createTestLog>;
  let metrics: ReturnType<typeof createMetrics>;
  let registry: Map<string, TenantRow>;

  beforeEach(() => {
    registry = new Map();
    kube = createFakeKube();
    clock = createTestClock();
    events = [];
    logged = createTestLog();
    metrics = createMetrics();
    controller = createController({
      client: kube.client,
      namespaces: createOwnWrites(kube.cache<Namespace>("Namespace"), clock),
      views: new Map(MANAGED_KINDS.map(({ kind }) => [kind.kind, createOwnWrites(kube.cache(kind.kind), clock)])),
      gatedPods: kube.cache("Pod", ({ metadata }) => metadata.labels?.["landlord.dev/gated"] === "true"),
      steps: tenantSteps({ tokenMode: "legacy", tokenWaitMs: 30_000, tokenLifetimeSeconds: 600 }),
      tenantLabels: ["landlord.dev/tenant"],
      platformNamespaces: new Set(["kube-system", "landlord"]),
      clusterRole: "landlord-tenant",
      clusterCa: () => "ca",
      rowOf: (tenantId) => registry.get(tenantId),
      events: {
        record: (_about, { type, reason, message }) => void events.push(`${type} ${reason}: ${message}`),
        flush: () => Promise.resolve(),
      },
      clock,
      log: logged.log,
      metrics,
    });
  });

  const reconcile = () => controller.reconcile("team-a", SIGNAL);
  const namespace = (): Namespace =>
    kube.get<Namespace>("Namespace", { name: "team-a" }) ?? assert.fail("no namespace");
  const ready = (): string | undefined =>
    namespace().status?.conditions?.find(({ type }) => type === "TenantReady")?.status;

  function fillToken(): void {
    const secret = kube.get<Secret>("Secret", { namespace: "team-a", name: "team-a-token" });
    assert.ok(secret);
    const account = kube.get("ServiceAccount", { namespace: "team-a", name: "team-a" });
    kube.put({ ...secret, data: { token: base64(legacyTokenOf(account?.metadata.uid)), "ca.crt": base64("c") } });
  }

  it("takes a new namespace to ready: objects, conditions, and the mark last of all", async () => {
    kube.put(tenant());
    assert.deepEqual(await reconcile(), { outcome: "waiting", requeueAfterMs: 30_000 });
    assert.equal(ready(), "False");
    assert.equal(namespace().metadata.annotations?.["landlord.dev/initialized"], undefined);
    fillToken();
    assert.deepEqual(await reconcile(), { outcome: "done" });
    assert.equal(ready(), "True");
    assert.equal(namespace().metadata.annotations?.["landlord.dev/initialized"], namespace().metadata.uid);
    assert.equal(namespace().metadata.labels?.["landlord.dev/initializing"], undefined);
    assert.deepEqual(kube.writes(), [
      "create ServiceAccount team-a/team-a",
      "create RoleBinding team-a/team-a-reconciler",
      "create Secret team-a/team-a-token",
      "apply-status Namespace team-a",
      "apply-status Namespace team-a",
      "patch Namespace team-a",
    ]);
  });

  it("tells the tenant's story in Events", async () => {
    kube.put(tenant());
    await reconcile();
    await clock.advance(40);
    fillToken();
    await reconcile();
    assert.deepEqual(events, [
      "Normal Created: created ServiceAccount team-a",
      "Normal Created: created RoleBinding team-a-reconciler",
      "Normal Created: created Secret team-a-token",
      "Normal WaitingForToken: token-secret: Secret team-a-token waits for kube-controller-manager to fill in its token",
      "Normal TenantReady: tenant a is ready after 40 ms",
    ]);
    assert.match((await metrics.scrape()).body, /^landlord_onboarding_seconds_sum 0.04$/m);
  });

  async function onboarded(): Promise<void> {
    kube.put(tenant());
    await reconcile();
    fillToken();
    await reconcile();
    kube.calls.length = 0;
    events.length = 0;
  }

  it("writes nothing for a namespace that is as it should be", async () => {
    await onboarded();
    await reconcile();
    await reconcile();
    assert.deepEqual(kube.calls, []);
  });

  const known = (params: Record<string, string>): void =>
    void registry.set("a", rowFor({ id: "a", namespace: "team-a" }, { params }));
  const variables = () => kube.get<ConfigMap>("ConfigMap", { namespace: "team-a", name: "tenant-vars" })?.data;

  it("follows the registry: what it says of this tenant is in the namespace, and nothing is written twice", async () => {
    registry.set("other", rowFor({ id: "other", namespace: "team-a" }, { params: { theirs: "1" } }));
    await onboarded();
    assert.equal(variables(), undefined);
    known({ a: "1", b: "2" });
    assert.deepEqual(await reconcile(), { outcome: "done", restMs: 1_000 });
    const fixed = { tenantId: "a", namespace: "team-a", cluster: "in-cluster" };
    assert.deepEqual(variables(), { ...fixed, a: "1", b: "2" });
    known({ b: "3" });
    await reconcile();
    assert.deepEqual(variables(), { ...fixed, b: "3" });
    assert.deepEqual(await reconcile(), { outcome: "done" });
    assert.deepEqual(kube.writes(), ["create ConfigMap team-a/tenant-vars", "patch ConfigMap team-a/tenant-vars"]);
  });

  it("keeps what the registry said last when it says nothing any more", async () => {
    known({ a: "1" });
    await onboarded();
    const before = variables();
    registry.clear();
    await reconcile();
    assert.equal(before?.["a"], "1");
    assert.deepEqual(variables(), before);
    assert.deepEqual(kube.calls, []);
  });

  it("mends drift without unmaking what is ready", async () => {
    await onboarded();
    kube.delete("RoleBinding", { namespace: "team-a", name: "team-a-reconciler" });
    assert.deepEqual(await reconcile(), { outcome: "done", restMs: 1_000 });
    assert.deepEqual(kube.writes(), ["create RoleBinding team-a/team-a-reconciler"]);
    assert.deepEqual(await reconcile(), { outcome: "done" });
  });

  it("puts back a token that somebody has replaced", async () => {
    await onboarded();
    const ref = { namespace: "team-a", name: "team-a-token" };
    const secret = kube.get<Secret>("Secret", ref) ?? assert.fail("no Secret");
    kube.put({ ...secret, data: { ...secret.data, token: base64("theirs") } });
    await reconcile();
    assert.equal(kube.get<Secret>("Secret", ref)?.data?.["token"], "");
    fillToken();
    await reconcile();
    assert.equal(ready(), "True");
  });

  it("logs one line for each outcome: waiting, ready, mended", async () => {
    await onboarded();
    kube.delete("RoleBinding", { namespace: "team-a", name: "team-a-reconciler" });
    await reconcile();
    await reconcile();
    const told = logged.lines.map(({ message, fields }) => [fields["namespace"], message, fields["reason"]]);
    assert.deepEqual(told, [
      ["team-a", "tenant has to wait", "WaitingForToken"],
      ["team-a", "tenant is ready", undefined],
      ["team-a", "tenant's namespace was mended", undefined],
    ]);
  });

  it("looks again when something was gone a moment ago", async () => {
    kube.put(tenant());
    kube.failNext("create RoleBinding", kubeError(404, "NotFound"));
    assert.deepEqual(await reconcile(), { outcome: "waiting", requeueAfterMs: 1_000 });
    await reconcile();
    assert.ok(kube.writes().includes("create Secret team-a/team-a-token"));
  });

  it("measures onboarding from when the tenant label came, also when it came back", async () => {
    kube.put(tenant());
    await reconcile();
    kube.put({ ...namespace(), metadata: { ...namespace().metadata, labels: {} } });
    await reconcile();
    await clock.advance(3_600_000);
    kube.put({ ...namespace(), metadata: { ...namespace().metadata, labels: { "landlord.dev/tenant": "a" } } });
    fillToken();
    await reconcile();
    assert.match((await metrics.scrape()).body, /^landlord_onboarding_seconds_sum 0$/m);
  });

  it("sets up a recreated namespace anew, whatever the old one's mark says", async () => {
    await onboarded();
    const { annotations } = namespace().metadata;
    for (const kind of ["ServiceAccount", "RoleBinding", "Secret"]) {
      for (const name of ["team-a", "team-a-reconciler", "team-a-token"])
        kube.delete(kind, { namespace: "team-a", name });
    }
    kube.delete("Namespace", { name: "team-a" });
    kube.put(tenant({ uid: "uid-second-life", ...(annotations === undefined ? {} : { annotations }) }));
    await reconcile();
    assert.equal(ready(), "False");
    fillToken();
    await reconcile();
    assert.equal(namespace().metadata.annotations?.["landlord.dev/initialized"], "uid-second-life");
    const secret = kube.get("Secret", { namespace: "team-a", name: "team-a-token" });
    assert.equal(secret?.metadata.annotations?.["landlord.dev/namespace-uid"], "uid-second-life");
  });

  it("leaves namespaces without a tenant alone", async () => {
    kube.put(tenant({ labels: {} }));
    assert.equal(await reconcile(), undefined);
    assert.deepEqual(kube.calls, []);
  });

  it("refuses a platform namespace with a tenant label, and says so", async () => {
    kube.put({ ...tenant(), metadata: { ...tenant().metadata, name: "kube-system" } });
    assert.equal(await controller.reconcile("kube-system", SIGNAL), undefined);
    assert.deepEqual(kube.calls, []);
    assert.equal(logged.lines[0]?.fields["namespace"], "kube-system");
    assert.match((await metrics.scrape()).body, /^landlord_refused_namespaces_total\{cause="platform"\} 1$/m);
  });

  it("does nothing for a namespace that is gone or on its way out", async () => {
    assert.equal(await reconcile(), undefined);
    kube.put(tenant({ deletionTimestamp: "2026-01-01T00:00:00Z" }));
    assert.equal(await reconcile(), undefined);
    assert.deepEqual(kube.calls, []);
  });

  it("stops quietly when the namespace goes while it is being set up", async () => {
    kube.put(tenant());
    kube.failNext("create RoleBinding", kubeError(403, "Forbidden", ["NamespaceTerminating"]));
    assert.equal(await reconcile(), undefined);
    assert.equal(logged.lines.length, 0);
  });

  it("marks a namespace that must wait and was made while the webhook was away", async () => {
    kube.put(tenant({ labels: { "landlord.dev/tenant": "a" } }));
    await reconcile();
    assert.equal(namespace().metadata.labels?.["landlord.dev/initializing"], "true");
  });

  it("takes a marker off that somebody put on a ready namespace", async () => {
    await onboarded();
    kube.put({
      ...namespace(),
      metadata: {
        ...namespace().metadata,
        labels: { ...namespace().metadata.labels, "landlord.dev/initializing": "true" },
      },
    });
    await reconcile();
    assert.deepEqual(kube.writes(), ["patch Namespace team-a"]);
    assert.equal(namespace().metadata.labels?.["landlord.dev/initializing"], undefined);
    assert.deepEqual(events, []);
  });

  const gated = (): void =>
    void kube.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "team-a", labels: { "landlord.dev/gated": "true" } },
    });

  it("keeps Pods waiting until the namespace is ready, then lets them go", async () => {
    kube.put(tenant());
    gated();
    await reconcile();
    assert.ok(!kube.writes().includes("patch Pod team-a/web"));
    fillToken();
    await reconcile();
    assert.equal(kube.writes().at(-1), "patch Pod team-a/web");
    assert.equal(events.at(-1), "Normal PodsReleased: let 1 waiting Pod be scheduled");
  });

  it("lets Pods go that a crash has left behind their gate", async () => {
    await onboarded();
    gated();
    await reconcile();
    assert.deepEqual(kube.writes(), ["patch Pod team-a/web"]);
  });

  it("lets Pods go when their namespace is a tenant's no longer", async () => {
    kube.put(tenant({ labels: {} }));
    gated();
    await reconcile();
    assert.deepEqual(kube.writes(), ["patch Pod team-a/web"]);
  });

  it("reports a conflict on the Namespace, warns, and looks again", async () => {
    kube.put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "team-a", namespace: "team-a" } });
    kube.put(tenant());
    assert.deepEqual(await reconcile(), { outcome: "waiting", requeueAfterMs: 30_000 });
    const condition = namespace().status?.conditions?.find(({ type }) => type === "landlord.dev/service-account");
    assert.equal(condition?.reason, "Conflict");
    assert.match(condition?.message ?? "", /ServiceAccount team-a/);
    assert.match(events[0] ?? "", /^Warning Conflict: service-account: ServiceAccount team-a is there already/);
  });

  it("reports what failed before it hands the error on for a retry", async () => {
    kube.put(tenant());
    kube.failNext("create RoleBinding", kubeError(403, "Forbidden"));
    await assert.rejects(reconcile(), { status: 403 });
    assert.equal(
      namespace().status?.conditions?.find(({ type }) => type === "landlord.dev/role-binding")?.reason,
      "Forbidden",
    );
    await reconcile();
    fillToken();
    await reconcile();
    assert.equal(ready(), "True");
  });

  it("does not mark a namespace that was replaced behind its back", async () => {
    kube.put(tenant());
    await reconcile();
    fillToken();
    kube.freeze();
    kube.delete("Namespace", { name: "team-a" });
    kube.put(tenant({ uid: "uid-other" }));
    assert.deepEqual(await reconcile(), { outcome: "waiting", requeueAfterMs: 1_000 });
    assert.equal(namespace().metadata.uid, "uid-other");
    assert.equal(namespace().metadata.annotations, undefined);
    assert.equal(ready(), undefined);
  });
});
