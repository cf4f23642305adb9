// What can be seen without a cluster of how the policy is followed; test/integration/policy.test.ts sees the rest.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { KubeClient } from "../../../src/kube/client.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { startPolicy, watchClusterRoles } from "../../../src/service/policy.ts";
import { policyBase } from "../../../src/service/policy-base.ts";
import { rules } from "../../../webhooks/validating/index.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";
import { policyText } from "../../helpers/policy.ts";
import { scratch } from "../../helpers/scratch.ts";

const CREDENTIALS = { server: "https://127.0.0.1:1", headers: async () => ({}), invalidate: () => undefined };

/** A cluster that lists what is in it, and in which nothing ever happens. */
function cluster(client: KubeClient, lists: string[] = []) {
  const still: KubeClient = {
    ...client,
    list(kind, select) {
      lists.push(`${kind.plural} ${select.namespace ?? ""} ${select.fieldSelector ?? ""}`.trim());
      return client.list(kind, select);
    },
    // oxlint-disable-next-line require-yield -- nothing ever happens
    async *watch(_kind, { signal }) {
      await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
    },
  };
  return { client: still, credentials: CREDENTIALS, close: async () => undefined };
}

const events = (kube: ReturnType<typeof createFakeKube>): string[] =>
  kube.writes().filter((line) => line.startsWith("create Event "));

describe("startPolicy", () => {
  it("has the defaults of the settings where they name no source", async (t) => {
    const { parts, health } = await partsOf(t, { LANDLORD_PLATFORM_NAMESPACES: "infra" });
    const current = startPolicy(parts, cluster(createFakeKube().client));
    assert.deepEqual(current.policy()?.platformNamespaces, new Set(["infra", "landlord"]));
    assert.deepEqual(await health("/readyz"), { status: 200, text: '{"message":"ok"}' });
  });

  it("knows every rule by its id", async (t) => {
    const { parts } = await partsOf(t, {});
    assert.equal(policyBase(parts.config).ruleIds.size, rules.length);
  });

  it("is not ready before the file was read, keeps it when it goes wrong, and tells of that on its namespace", async (t) => {
    const path = join(await scratch(t), "policy.yaml");
    const { parts, health, lifecycle } = await partsOf(t, { LANDLORD_POLICY_FILE: path });
    const kube = createFakeKube();
    const current = startPolicy(parts, cluster(kube.client));
    assert.equal(current.policy(), undefined);
    const { status, text } = await health("/readyz");
    assert.equal(status, 503);
    assert.match(text, /"name":"policy","reason":"file .*policy\.yaml: (not read yet|no such file)"/);
    await eventually("it is told", () => events(kube).length > 0);
    assert.match(events(kube)[0] ?? "", /^create Event landlord\/landlord\./);
    await writeFile(path, policyText({ profile: "baseline" }));
    await eventually("it is read", () => current.policy()?.profile === "baseline");
    assert.equal((await health("/readyz")).status, 200);
    assert.equal(await lifecycle.stop(), true);
  });

  it("watches one ConfigMap of its own namespace, and tells of faults there", async (t) => {
    const { parts, health } = await partsOf(t, { LANDLORD_POLICY_CONFIG_MAP: "landlord-policy" });
    const kube = createFakeKube();
    const metadata = { name: "landlord-policy", namespace: "landlord" };
    kube.put({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { "policy.yaml": "profile: lax" } } as KubeObject);
    const lists: string[] = [];
    startPolicy(parts, cluster(kube.client, lists));
    await eventually("it is told", () => events(kube).length > 0);
    assert.match(events(kube)[0] ?? "", /^create Event landlord\/landlord-policy\./);
    assert.deepEqual(lists, ["configmaps landlord metadata.name=landlord-policy"]);
    assert.match(
      (await health("/readyz")).text,
      /ConfigMap landlord\/landlord-policy: line 1, column 1: apiVersion is missing/,
    );
    assert.match((await health("/metrics")).text, /^landlord_watch_synced\{resource="policy"\} 1$/m);
  });
});

describe("watchClusterRoles", () => {
  it("knows which roles are wide once it has read them, and is not ready before", async (t) => {
    const { parts, health } = await partsOf(t, {});
    const kube = createFakeKube();
    const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" };
    kube.put({ ...rbac, metadata: { name: "wide" }, rules: [{ verbs: ["bind"] }] } as KubeObject);
    kube.put({ ...rbac, metadata: { name: "narrow" }, rules: [{ verbs: ["get"] }] } as KubeObject);
    const isWideRole = watchClusterRoles(parts, cluster(kube.client));
    assert.equal(isWideRole("wide"), undefined);
    assert.equal(parts.checks.at(-1)?.check(), "not read from the API server yet");
    await eventually("it has read them", () => isWideRole("wide") !== undefined);
    assert.deepEqual([isWideRole("wide"), isWideRole("narrow"), isWideRole("other")], [true, false, undefined]);
    assert.equal((await health("/readyz")).status, 200);
  });
});
