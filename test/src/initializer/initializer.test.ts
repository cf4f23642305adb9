import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { createInitializer, type InitializerOptions } from "../../../src/initializer/initializer.ts";
import type { WatchEvent, WatchOptions } from "../../../src/kube/client.ts";
import type { Kind } from "../../../src/kube/kinds.ts";
import { createMetrics } from "../../../src/metrics.ts";
import type { KubeObject, Namespace } from "../../../src/model/kube-object.ts";
import type { TenantRow } from "../../../src/tenants/row.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createFakeKube, type FakeKube } from "../../helpers/kube-fake.ts";
import { createTestLog } from "../../helpers/log.ts";
import { rowFor } from "../../helpers/tenant.ts";

function optionsFor(kube: FakeKube, more: Partial<InitializerOptions> = {}): InitializerOptions {
  return {
    client: kube.client,
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
    clock: createTestClock(),
    log: createTestLog().log,
    metrics: createMetrics(),
    ...more,
  };
}

describe("createInitializer", () => {
  it("watches managed objects and gated Pods only, whatever else is in the cluster", async () => {
    const kube = createFakeKube();
    const asked: string[] = [];
    const stop = new AbortController();
    const time = createTestClock();
    const initializer = createInitializer(
      optionsFor(kube, {
        clock: time,
        client: {
          ...kube.client,
          // oxlint-disable-next-line require-yield -- the first list is all that is looked at
          async *list(kind, { labelSelector, metadataOnly }) {
            asked.push(`${kind.plural} ${labelSelector} ${metadataOnly === true ? "metadata" : "full"}`);
            throw new Error("enough");
          },
        },
      }),
    );
    const running = initializer.watches.map((watch) => watch.run(stop.signal));
    await time.advance(0);
    stop.abort();
    await Promise.all(running);
    assert.deepEqual(asked.toSorted(), [
      "configmaps app.kubernetes.io/managed-by=landlord full",
      "pods landlord.dev/gated=true metadata",
      "rolebindings app.kubernetes.io/managed-by=landlord full",
      "secrets app.kubernetes.io/managed-by=landlord full",
      "serviceaccounts app.kubernetes.io/managed-by=landlord full",
    ]);
  });

  it("stops before it has begun when it is told to while caches fill", async () => {
    const kube = createFakeKube();
    const initializer = createInitializer(optionsFor(kube));
    await initializer.lead(AbortSignal.abort());
    assert.deepEqual(kube.calls, []);
  });

  /** Leads over a cluster with one tenant's namespace and one that is nobody's. */
  async function leading(t: TestContext, events?: (kind: Kind) => AsyncGenerator<WatchEvent<KubeObject>>) {
    const kube = createFakeKube();
    for (const [name, labels] of [
      ["team-a", { "landlord.dev/tenant": "a" }],
      ["nobodys", {}],
    ] as const) {
      kube.put({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    }
    const time = createTestClock();
    const asked: string[] = [];
    let row: TenantRow | undefined;
    const client: FakeKube["client"] = {
      ...kube.client,
      async *list() {
        yield { items: [], resourceVersion: "1" };
      },
      async *watch<T extends KubeObject>(kind: Kind, { signal }: WatchOptions) {
        if (events !== undefined) yield* events(kind) as AsyncGenerator<WatchEvent<T>>;
        await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
      },
    };
    const rowOf = (tenantId: string): TenantRow | undefined => {
      asked.push(tenantId);
      return row;
    };
    const initializer = createInitializer(optionsFor(kube, { client, clock: time, rowOf }));
    const stop = new AbortController();
    const lead = new AbortController();
    const watches = initializer.watches.map((watch) => watch.run(stop.signal));
    const led = initializer.lead(lead.signal);
    const end = async (): Promise<void> => {
      lead.abort();
      await led;
    };
    t.after(async () => {
      await end();
      stop.abort();
      await Promise.all(watches);
    });
    await time.advance(0);
    return { kube, initializer, asked, time, end, say: (next: TenantRow) => void (row = next) };
  }

  it("looks again at a namespace in which something was undone while the watch was away", async (t) => {
    const back = Promise.withResolvers<void>();
    const metadata = { name: "other", namespace: "nobodys", uid: "u-other", resourceVersion: "9000" };
    const { asked, time } = await leading(t, async function* ({ kind, apiVersion }) {
      if (kind !== "ServiceAccount") return;
      await back.promise;
      yield { type: "ADDED", object: { apiVersion, kind, metadata } };
    });
    const before = asked.length;
    await time.advance(0);
    const idle = asked.length;
    back.resolve();
    await time.advance(0);
    assert.equal(idle, before, "nothing has happened");
    assert.ok(asked.length > before, "the ServiceAccount that was made is not among what the watch has passed");
  });

  it("looks at tenants' namespaces again when it is told to, and writes only what differs", async (t) => {
    const { kube, initializer, asked, time, say } = await leading(t);
    assert.ok(kube.writes().includes("create Secret team-a/team-a-token"));
    kube.calls.length = 0;
    asked.length = 0;
    initializer.lookAgain();
    await time.advance(0);
    assert.deepEqual(asked, ["a"]);
    assert.deepEqual(kube.calls, []);
    say(rowFor({ id: "a", namespace: "team-a" }));
    initializer.lookAgain();
    await time.advance(0);
    assert.deepEqual(kube.writes(), ["create ConfigMap team-a/tenant-vars"]);
  });

  it("leaves looking again to the replica that leads", async (t) => {
    const { initializer, asked, time, end } = await leading(t);
    await end();
    asked.length = 0;
    initializer.lookAgain();
    await time.advance(0);
    assert.deepEqual(asked, []);
  });
});
