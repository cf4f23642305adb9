import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { MANAGED_KINDS } from "../../../src/initializer/apply.ts";
import { type ProvisionDeps, provision } from "../../../src/initializer/provision.ts";
import { tenantSteps } from "../../../src/initializer/steps/index.ts";
import { createOwnWrites } from "../../../src/kube/own-writes.ts";
import type { ConfigMap, Secret } from "../../../src/model/kube-object.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createFakeKube, type FakeKube, kubeError } from "../../helpers/kube-fake.ts";
import { base64, boundTokenOf, legacyTokenOf, NOW, rowFor, TENANT } from "../../helpers/tenant.ts";

describe("provision", () => {
  let kube: FakeKube;
  let changes: string[];

  beforeEach(() => {
    kube = createFakeKube();
    changes = [];
  });

  function depsFor(tokenMode: "legacy" | "bound", now = NOW): ProvisionDeps {
    const clock = createTestClock();
    return {
      client: kube.client,
      views: new Map(MANAGED_KINDS.map(({ kind }) => [kind.kind, createOwnWrites(kube.cache(kind.kind), clock)])),
      steps: tenantSteps({ tokenMode, tokenWaitMs: 30_000, tokenLifetimeSeconds: 1_000 }),
      clusterCa: "ca",
      now,
      signal: new AbortController().signal,
      changed: (object, change) => void changes.push(`${change} ${object.kind}`),
    };
  }

  function fillToken(): void {
    const secret = kube.get<Secret>("Secret", { namespace: "team-a", name: "team-a-token" });
    assert.ok(secret);
    const account = kube.get("ServiceAccount", { namespace: "team-a", name: "team-a" });
    kube.put({ ...secret, data: { token: base64(legacyTokenOf(account?.metadata.uid)), "ca.crt": base64("c") } });
  }

  it("makes everything in order and waits for the token", async () => {
    const deps = depsFor("legacy");
    const first = await provision(TENANT, deps);
    assert.deepEqual(changes, ["created ServiceAccount", "created RoleBinding", "created Secret"]);
    assert.deepEqual(
      first.states.map(({ step, done }) => [step, done]),
      [
        ["service-account", true],
        ["role-binding", true],
        ["variables", true],
        ["token-secret", false],
      ],
    );
    assert.equal(first.states.at(-1)?.reason, "WaitingForToken");
    fillToken();
    const second = await provision(TENANT, deps);
    assert.ok(second.states.every(({ done }) => done));
    assert.equal(second.checkAfterMs, undefined);
    assert.equal(changes.length, 3);
  });

  it("hands the registry's row to the steps", async () => {
    const { states } = await provision(TENANT, { ...depsFor("legacy"), row: rowFor(TENANT, { params: { a: "1" } }) });
    assert.deepEqual(changes, ["created ServiceAccount", "created RoleBinding", "created ConfigMap", "created Secret"]);
    assert.ok(states.some(({ step, done }) => step === "variables" && done));
    const map = kube.get<ConfigMap>("ConfigMap", { namespace: "team-a", name: "tenant-vars" });
    assert.equal(map?.data?.["a"], "1");
  });

  it("writes nothing on a second run", async () => {
    const deps = depsFor("legacy");
    await provision(TENANT, deps);
    fillToken();
    const before = kube.calls.length;
    await provision(TENANT, deps);
    assert.equal(kube.calls.length, before);
  });

  it("issues a bound token for the very ServiceAccount it has just made, and comes back to renew it", async () => {
    const asked: unknown[] = [];
    let issuedAt = 0;
    kube.issueToken = (ref) => {
      asked.push(ref);
      return { token: boundTokenOf(ref.uid ?? "", issuedAt, issuedAt + 1_000), expiresAt: NOW + 1_000_000 };
    };
    const deps = depsFor("bound");
    const first = await provision(TENANT, deps);
    const { uid } = kube.get("ServiceAccount", { namespace: "team-a", name: "team-a" })?.metadata ?? {};
    assert.deepEqual(asked, [{ namespace: "team-a", name: "team-a", uid }]);
    assert.ok(first.states.every(({ done }) => done));
    assert.equal(first.checkAfterMs, 800_000);
    await provision(TENANT, deps);
    assert.equal(asked.length, 1);
    issuedAt = 800;
    const renewed = await provision(TENANT, { ...deps, now: NOW + 800_000 });
    assert.equal(asked.length, 2);
    assert.ok(renewed.states.every(({ done }) => done));
  });

  it("stops at a foreign object, makes nothing after it, and looks again later", async () => {
    kube.put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "team-a", namespace: "team-a" } });
    const result = await provision(TENANT, depsFor("legacy"));
    assert.deepEqual(
      result.states.map(({ reason }) => reason),
      ["Conflict"],
    );
    assert.match(result.states[0]?.message ?? "", /ServiceAccount team-a/);
    assert.equal(result.checkAfterMs, 30_000);
    assert.equal(result.failure, undefined);
    assert.deepEqual(changes, []);
  });

  for (const [status, reason, told] of [
    [403, "Forbidden", "Forbidden"],
    [500, "InternalError", "Failed"],
  ] as const) {
    it(`reports a step that fails with ${status} and hands the error on for a retry`, async () => {
      const error = kubeError(status, reason);
      kube.failNext("create RoleBinding", error);
      const result = await provision(TENANT, depsFor("legacy"));
      assert.deepEqual(
        result.states.map((state) => state.reason),
        ["Applied", told],
      );
      assert.equal(result.failure, error);
    });
  }

  it("gives up at once when the namespace is being deleted", async () => {
    kube.failNext("create", kubeError(403, "Forbidden", ["NamespaceTerminating"]));
    await assert.rejects(provision(TENANT, depsFor("legacy")), { status: 403 });
  });

  it("does not see objects of an earlier life of the namespace", async () => {
    const deps = depsFor("legacy");
    await provision(TENANT, deps);
    fillToken();
    const again = await provision({ ...TENANT, namespaceUid: "uid-new" }, deps);
    assert.equal(again.states[0]?.reason, "Conflict");
  });
});
