import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../../src/metrics.ts";
import type { Namespace } from "../../../src/model/kube-object.ts";
import { namespaceFacts, slimNamespace } from "../../../src/tenants/namespaces.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";

const namespace = (name: string, more: Partial<Namespace["metadata"]> = {}): Namespace => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, uid: `uid-${name}`, ...more },
});

describe("namespaceFacts", () => {
  it("answers from the cache whose a namespace is", () => {
    const kube = createFakeKube();
    const facts = namespaceFacts(kube.cache("Namespace"), {
      tenantLabels: ["landlord.dev/tenant"],
      isWideRole: (name) => (name === "admin" ? true : undefined),
      metrics: createMetrics(),
    });
    kube.put(namespace("team-a", { labels: { "landlord.dev/tenant": "a" } }));
    assert.equal(facts.synced(), true);
    assert.equal(facts.namespace("team-a")?.tenant, "a");
    assert.equal(facts.namespace("constructor"), undefined);
    assert.deepEqual([facts.isWideRole("admin"), facts.isWideRole("other")], [true, undefined]);
  });

  it("counts tenants by state, also those that change or go", async () => {
    const kube = createFakeKube();
    const metrics = createMetrics();
    namespaceFacts(kube.cache("Namespace"), {
      tenantLabels: ["landlord.dev/tenant"],
      isWideRole: () => undefined,
      metrics,
    });
    const labels = { "landlord.dev/tenant": "a" };
    for (const name of ["one", "two", "three"]) kube.put(namespace(name, { labels }));
    kube.put(namespace("plain"));
    kube.put(namespace("one", { labels, annotations: { "landlord.dev/initialized": "uid-one" } }));
    kube.delete("Namespace", { name: "two" });
    const { body } = await metrics.scrape();
    assert.match(body, /^landlord_tenant_namespaces\{state="ready"\} 1$/m);
    assert.match(body, /^landlord_tenant_namespaces\{state="initializing"\} 1$/m);
  });
});

describe("slimNamespace", () => {
  it("keeps what is asked for, and drops what people may put there by the kilobyte", () => {
    const conditions = [
      { type: "TenantReady", status: "True" as const, reason: "Initialized", message: "m", lastTransitionTime: "t" },
    ];
    const full: Namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "team-a",
        uid: "u",
        resourceVersion: "7",
        labels: { "landlord.dev/tenant": "a" },
        annotations: { "landlord.dev/initialized": "u", note: "x".repeat(10_000) },
        deletionTimestamp: "2026-01-01T00:00:00Z",
        ownerReferences: [{}],
      },
      status: { phase: "Active", conditions },
    };
    assert.deepEqual(slimNamespace(full), {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "team-a",
        uid: "u",
        resourceVersion: "7",
        labels: { "landlord.dev/tenant": "a" },
        annotations: { "landlord.dev/initialized": "u" },
        deletionTimestamp: "2026-01-01T00:00:00Z",
      },
      status: { conditions },
    });
    assert.deepEqual(slimNamespace(namespace("plain")), namespace("plain"));
  });
});
