import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createInitializer } from "../../../src/initializer/initializer.ts";
import { createMetrics } from "../../../src/metrics.ts";
import type { Namespace } from "../../../src/model/kube-object.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { createTestLog } from "../../helpers/log.ts";

describe("createInitializer", () => {
  it("watches managed objects and gated Pods only, whatever else is in the cluster", async () => {
    const kube = createFakeKube();
    const asked: string[] = [];
    const stop = new AbortController();
    const clock = createTestClock();
    const initializer = createInitializer({
      client: {
        ...kube.client,
        // oxlint-disable-next-line require-yield -- the first list is all that is looked at
        async *list(kind, { labelSelector, metadataOnly }) {
          asked.push(`${kind.plural} ${labelSelector} ${metadataOnly === true ? "metadata" : "full"}`);
          throw new Error("enough");
        },
      },
      namespaces: kube.cache<Namespace>("Namespace"),
      settings: {
        tokenMode: "legacy",
        tokenWaitMs: 1_000,
        tokenLifetimeSeconds: 600,
        tenantLabels: ["landlord.dev/tenant"],
        platformNamespaces: new Set(),
        clusterRole: "landlord-tenant",
        concurrency: 2,
      },
      clusterCa: () => "ca",
      events: { record: () => undefined, flush: () => Promise.resolve() },
      clock,
      log: createTestLog().log,
      metrics: createMetrics(),
    });
    const running = initializer.watches.map((watch) => watch.run(stop.signal));
    await clock.advance(0);
    stop.abort();
    await Promise.all(running);
    assert.deepEqual(asked.toSorted(), [
      "pods landlord.dev/gated=true metadata",
      "rolebindings app.kubernetes.io/managed-by=landlord full",
      "secrets app.kubernetes.io/managed-by=landlord full",
      "serviceaccounts app.kubernetes.io/managed-by=landlord full",
    ]);
  });

  it("stops before it has begun when it is told to while caches fill", async () => {
    const kube = createFakeKube();
    const initializer = createInitializer({
      client: kube.client,
      namespaces: kube.cache<Namespace>("Namespace"),
      settings: {
        tokenMode: "bound",
        tokenWaitMs: 1_000,
        tokenLifetimeSeconds: 600,
        tenantLabels: ["landlord.dev/tenant"],
        platformNamespaces: new Set(),
        clusterRole: "landlord-tenant",
        concurrency: 2,
      },
      clusterCa: () => "ca",
      events: { record: () => undefined, flush: () => Promise.resolve() },
      clock: createTestClock(),
      log: createTestLog().log,
      metrics: createMetrics(),
    });
    await initializer.lead(AbortSignal.abort());
    assert.deepEqual(kube.calls, []);
  });
});
