// The generator's baseline in a real ConfigMap: two replicas over one registry in memory, and an operator with kubectl.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createConfigMapBaseline } from "../../src/generator/config-map-baseline.ts";
import { createGenerator, type Generator } from "../../src/generator/generator.ts";
import { createClient, type KubeClient } from "../../src/kube/client.ts";
import { kubeconfigCredentials } from "../../src/kube/credentials.ts";
import { createTransport, type Transport } from "../../src/kube/transport.ts";
import { createMetrics } from "../../src/metrics.ts";
import { systemClock as clock } from "../../src/model/clock.ts";
import { createTestLog } from "../helpers/log.ts";
import { createMemoryTenantStore, tenantRow, tenantRows } from "../helpers/memory-store.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();
const NAME = "landlord-generator";

describe("the baseline in a real ConfigMap", { skip }, () => {
  const world = useSandbox();
  const store = createMemoryTenantStore(tenantRows(10_000));
  const metrics = createMetrics();
  let transport: Transport;
  let client: KubeClient;
  let replicas: Generator[];

  before(async () => {
    const credentials = await kubeconfigCredentials({ path: world.sandbox.kubeconfig() });
    transport = createTransport({ credentials, metrics, clock });
    client = createClient(transport);
    replicas = [replica(), replica()];
  });
  after(() => transport.close());

  function replica(): Generator {
    const { log } = createTestLog();
    return createGenerator({
      store,
      baseline: createConfigMapBaseline({ client, namespace: "default", name: NAME, log }),
      settings: {
        refreshIntervalMs: 30_000,
        maxStaleMs: 300_000,
        coldWaitMs: 20_000,
        guard: { mode: "hold", maxRemovals: 5, maxPercent: 10, scans: 2 },
        paramsOverride: false,
      },
      clock,
      log,
      metrics,
    });
  }

  const ask = async (from: Generator | undefined, name = "all"): Promise<{ version: number; count: number }> => {
    const request = { applicationSetName: name, parameters: {} };
    const { body, snapshot } = (await from?.answer(request, new AbortController().signal)) ?? assert.fail();
    return { version: Number(snapshot.id), count: JSON.parse(String(body)).output.parameters.length };
  };

  it("is created with the first snapshot, and shared", async () => {
    await Promise.all(replicas.map((each) => each.refresh()));
    const [a, b] = await Promise.all([ask(replicas[0]), ask(replicas[1], "other")]);
    assert.deepEqual(a, { version: 1, count: 10_000 });
    assert.deepEqual(b, a);
    const { stdout } = await world.sandbox.kubectl([
      "get",
      "configmap",
      NAME,
      "-o",
      "jsonpath={.metadata.annotations}",
    ]);
    assert.equal(JSON.parse(stdout)["landlord.dev/snapshot-version"], "1");
  });

  it("keeps a replica from answering with less than another one has", async () => {
    store.rows.set("new", { ok: true, row: tenantRow("new") });
    await replicas[0]?.refresh();
    assert.deepEqual(await ask(replicas[0]), { version: 2, count: 10_001 });
    assert.deepEqual(await ask(replicas[1]), { version: 2, count: 10_001 });
  });

  it("guards after a restart what was held before it, 10,000 rows included", async () => {
    store.set([]);
    await replicas[0]?.refresh();
    const restarted = replica();
    await restarted.refresh();
    assert.equal((await ask(restarted)).count, 10_001);
  });

  it("lets go what an operator accepts by its hash", async () => {
    const path = [
      "get",
      "configmap",
      NAME,
      "-o",
      String.raw`jsonpath={.metadata.annotations.landlord\.dev/snapshot-hash}`,
    ];
    const hash = (await world.sandbox.kubectl(path)).stdout.trim();
    const until = new Date(clock.now() + 3_600_000).toISOString();
    await world.sandbox.kubectl(["annotate", "configmap", NAME, `landlord.dev/accept-snapshot=${hash} ${until}`]);
    assert.equal((await ask(replicas[0])).count, 0);
    assert.equal((await ask(replicas[1])).count, 0);
  });

  it("is begun anew from memory when somebody deletes it", async () => {
    store.set(tenantRows(20));
    await replicas[0]?.refresh();
    assert.equal((await ask(replicas[0])).count, 20);
    await world.sandbox.kubectl(["delete", "configmap", NAME]);
    store.set(tenantRows(1));
    await replicas[0]?.refresh();
    assert.equal((await ask(replicas[0])).count, 20);
    const restarted = replica();
    await restarted.refresh();
    assert.equal((await ask(restarted)).count, 20);
  });

  it("is not guessed at when its content is spoilt", async () => {
    const patch = JSON.stringify({ binaryData: { "baseline.json.gz": "AAAA" } });
    await world.sandbox.kubectl(["patch", "configmap", NAME, "--type=merge", "-p", patch]);
    const restarted = replica();
    await assert.rejects(restarted.refresh());
    assert.match(String(await ask(replicas[0]).catch((error: unknown) => error)), /cannot be told/);
    assert.match(String(restarted.ready()), /read baseline: it is not compressed as it was written/);
  });
});
