// What the registry says of a tenant reaches its namespace: initializer and generator in one service, with the manifests' rights.
import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import type { ConfigMap } from "../../src/model/kube-object.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();

const row = (tenantId: string, namespace: string, params: Record<string, string>, enabled = true) => ({
  tenantId,
  enabled,
  namespace,
  targetCluster: "in-cluster",
  repoUrl: "https://github.com/yourorg/tenants.git",
  repoPath: `tenants/${tenantId}`,
  labels: { tier: "gold" },
  params,
});
const OF_ACME = { tenantId: "acme", namespace: "tn-acme", cluster: "in-cluster", "label.tier": "gold" };

describe("the registry", { skip }, () => {
  const world = useSandbox();
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  const file = (): string => join(world.sandbox.directory, "tenants.yaml");
  const pathOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps/tenant-vars`;
  const variables = (namespace: string) => cluster.get<ConfigMap>(pathOf(namespace));
  const says = (namespace: string, data: Record<string, string>) =>
    eventually(`tenant-vars of ${namespace} says ${JSON.stringify(data)}`, async () => {
      const found = (await variables(namespace))?.data ?? {};
      const differs = Object.keys({ ...found, ...data }).some((key) => found[key] !== data[key]);
      return !differs;
    });

  /** JSON is YAML, too. */
  async function register(...tenants: object[]): Promise<void> {
    await writeFile(`${file()}.new`, JSON.stringify({ tenants }));
    await rename(`${file()}.new`, file());
  }

  before(async () => {
    await cluster.namespace("argocd", {}); // a part of the generator's manifests goes there
    await register(row("acme", "tn-acme", { kafkaTopic: "acme.events", "not/legal": "x", tenantId: "other" }));
    landlord = await startLandlord(world.sandbox, {
      generator: { token: "token" },
      settings: {
        LANDLORD_TENANT_STORE: "file",
        LANDLORD_TENANTS_FILE: file(),
        LANDLORD_TOKEN_MODE: "bound",
        GENERATOR_REFRESH_INTERVAL: "1s",
      },
    });
  });

  const doneSoFar = async (): Promise<number> => {
    const { text } = await landlord.get("/metrics");
    return Number(/reconciles_total\{queue="initializer",outcome="done"\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  const tenant = async (id: string, namespace: string): Promise<void> => {
    await cluster.namespace(namespace, { "landlord.dev/tenant": id });
    await cluster.ready(namespace);
  };

  it("gives a tenant's namespace its params and labels", async () => {
    await tenant("acme", "tn-acme");
    const map = await variables("tn-acme");
    assert.deepEqual(map?.data, { ...OF_ACME, kafkaTopic: "acme.events" });
    assert.equal(map.metadata.labels?.["app.kubernetes.io/managed-by"], "landlord");
    assert.equal((await cluster.condition("tn-acme", "landlord.dev/variables"))?.status, "True");
  });

  it("gives nothing to a namespace that the tenant's row does not name, and that is ready all the same", async () => {
    await tenant("acme", "tn-acme-2");
    assert.equal(await variables("tn-acme-2"), undefined);
  });

  it("gives nothing to a namespace whose tenant has no row, and that is ready all the same", async () => {
    await tenant("stranger", "tn-stranger");
    assert.equal(await variables("tn-stranger"), undefined);
  });

  it("follows the file: values change, new ones come, old ones go", async () => {
    await register(row("acme", "tn-acme", { kafkaTopic: "acme.other", region: "eu" }));
    await says("tn-acme", { ...OF_ACME, kafkaTopic: "acme.other", region: "eu" });
    await register(row("acme", "tn-acme", { region: "eu" }));
    await says("tn-acme", { ...OF_ACME, region: "eu" });
  });

  it("gives a namespace its own once there is a row for it", async () => {
    await register(row("acme", "tn-acme", { region: "eu" }), row("stranger", "tn-stranger", { a: "1" }));
    const of = { tenantId: "stranger", namespace: "tn-stranger", cluster: "in-cluster", "label.tier": "gold" };
    await says("tn-stranger", { ...of, a: "1" });
  });

  it("puts back what somebody has changed, added, or deleted", async () => {
    await cluster.patch(pathOf("tn-acme"), {
      data: { region: "us", theirs: "1" },
      binaryData: { more: "AAAA" },
    });
    await says("tn-acme", { ...OF_ACME, region: "eu" });
    const map: (ConfigMap & { binaryData?: object }) | undefined = await variables("tn-acme");
    assert.equal(map?.binaryData, undefined);
    await cluster.remove(pathOf("tn-acme"));
    await says("tn-acme", { ...OF_ACME, region: "eu" });
  });

  it("says what stops it when somebody has made the ConfigMap immutable, and makes it anew once that is gone", async () => {
    await cluster.patch(pathOf("tn-acme"), { immutable: true });
    await register(row("acme", "tn-acme", { region: "ca" }), row("stranger", "tn-stranger", { a: "1" }));
    await cluster.reason("tn-acme", "landlord.dev/variables", "Failed");
    await cluster.remove(pathOf("tn-acme"));
    await says("tn-acme", { ...OF_ACME, region: "ca" });
    await cluster.reason("tn-acme", "landlord.dev/variables", "Applied");
  });

  it("leaves what is there when the row is disabled, untouched", async () => {
    const former = await variables("tn-acme");
    const done = await doneSoFar();
    await register(row("acme", "tn-acme", { region: "none" }, false), row("stranger", "tn-stranger", { a: "1" }));
    await eventually("every tenant was looked at", async () => (await doneSoFar()) >= done + 3);
    assert.deepEqual(await variables("tn-acme"), former);
  });

  it("gives every row's values after a restart, while nothing in the registry has changed", async () => {
    await landlord.stop();
    await cluster.remove(pathOf("tn-stranger"));
    landlord = await startLandlord(world.sandbox, {
      generator: { token: "token" },
      ports: landlord.ports,
      settings: { LANDLORD_TENANT_STORE: "file", LANDLORD_TENANTS_FILE: file(), LANDLORD_TOKEN_MODE: "bound" },
    });
    await eventually("they are there", async () => (await variables("tn-stranger"))?.data?.["a"] === "1");
    await landlord.stop();
  });
});
