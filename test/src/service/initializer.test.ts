import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject, Namespace } from "../../../src/model/kube-object.ts";
import { startInitializer, watchNamespaces } from "../../../src/service/initializer.ts";
import type { TenantRow } from "../../../src/tenants/row.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";
import { rowFor } from "../../helpers/tenant.ts";

const CREDENTIALS = { server: "https://127.0.0.1:1", headers: async () => ({}), invalidate: () => undefined };

describe("startInitializer", () => {
  it("asks the registry it was given, and hears when that has something new", async (t) => {
    const { parts } = await partsOf(t, {});
    const kube = createFakeKube();
    kube.put({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "team-a", labels: { "landlord.dev/tenant": "a" } },
    });
    kube.put({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "landlord", namespace: "landlord" },
      spec: {},
    } as KubeObject);
    const client: typeof kube.client = {
      ...kube.client,
      async *list() {
        yield { items: [], resourceVersion: "1" };
      },
      // oxlint-disable-next-line require-yield -- nothing ever happens
      async *watch(_kind, { signal }) {
        await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
      },
    };
    let row: TenantRow | undefined;
    let hear = (): void => assert.fail("nobody listens");
    const registry = { row: () => row, subscribeRows: (listener: () => void) => void (hear = listener) };
    const cluster = { client, credentials: CREDENTIALS, close: async () => undefined };
    startInitializer(parts, cluster, kube.cache<Namespace>("Namespace"), registry);
    await eventually("it leads", () => kube.writes().includes("create Secret team-a/team-a-token"));
    row = rowFor({ id: "a", namespace: "team-a" });
    hear();
    await eventually("it has looked", () => kube.writes().includes("create ConfigMap team-a/tenant-vars"));
  });

  it("is not ready before its caches are full, and stops in time while the API server is away", async (t) => {
    const { parts, lifecycle, health, lines } = await partsOf(t, {});
    const list = () => {
      throw new Error("no answer");
    };
    const client = { ...createFakeKube().client, list };
    const cluster = { client, credentials: CREDENTIALS, close: async () => undefined };
    const namespaces = watchNamespaces(parts, cluster);
    parts.background("watch", (signal) => namespaces.run(signal));
    startInitializer(parts, cluster, namespaces);
    const { status, text } = await health("/readyz");
    assert.equal(status, 503);
    assert.match(text, /namespaces.*managed objects/);
    assert.equal(await lifecycle.stop(), true, JSON.stringify(lines));
  });
});
