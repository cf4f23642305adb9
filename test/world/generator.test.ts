// From a row in the table to an Application, with the real controller of Argo CD: what happens to Applications when something goes wrong.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { applicationSetsOf, templateBy } from "../helpers/application-sets.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { with: ["cassandra", "argocd"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

/** Not the name in manifests/, whose address is that of a Service. */
const PLUGIN = "landlord-sandbox";
const TOKEN = "plugin-token";
/** Longer than any test: what changes within it was pushed. */
const NEVER = 3_600;

describe("Argo CD asks Landlord", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const sets = applicationSetsOf(() => world.sandbox);
  let landlord: RunningLandlord;

  const put = (tenantId: string, enabled = true) =>
    world.sandbox.cassandra.cql(
      "INSERT INTO tenant_ops.tenant_configs (tenant_id, enabled, namespace, target_cluster, repo_url, repo_path) VALUES (?, ?, ?, ?, ?, ?)",
      [tenantId, enabled, `tn-${tenantId}`, "in-cluster", "https://git.example.com/tenants.git", `tenants/${tenantId}`],
    );
  const start = (ports?: RunningLandlord["ports"]) =>
    startLandlord(world.sandbox, {
      generator: { token: TOKEN },
      settings: {
        ...world.sandbox.cassandra.settings,
        // who writes in Argo CD's namespace here, its controller included, is the sandbox's administrator
        LANDLORD_ADMIN_GROUPS: "system:masters",
        GENERATOR_REFRESH_INTERVAL: "250ms",
        GENERATOR_PUSH: "true",
        GENERATOR_PUSH_CONFIG_MAPS: PLUGIN,
      },
      ...(ports === undefined ? {} : { ports }),
    });
  const names = () => sets.names("tenants");
  const become = (what: string, expected: string[], limitMs = 20_000) =>
    eventually(what, async () => JSON.stringify(await names()) === JSON.stringify(expected), limitMs);
  const refusals = async (): Promise<number> => {
    const { text } = await landlord.get("/metrics");
    return [...text.matchAll(/^landlord_generator_refusals_total\S* (\d+)$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  };

  before(async () => {
    for (const tenantId of ["acme", "beta", "gamma"]) await put(tenantId);
    landlord = await start();
    const baseUrl = `http://127.0.0.1:${landlord.ports.generator}`;
    await world.sandbox.argocd.setPlugin({ name: PLUGIN, baseUrl, token: TOKEN });
  });

  it("makes an Application of each row", async () => {
    const plugin = { configMapRef: { name: PLUGIN }, requeueAfterSeconds: NEVER };
    await sets.create("tenants", { generators: [{ plugin }], template: templateBy("tenantId") });
    await become("there are three", ["acme", "beta", "gamma"]);
  });

  it("gets a new tenant by push, long before it would ask again", async (t) => {
    const started = performance.now();
    await put("delta");
    await become("delta is there", ["acme", "beta", "delta", "gamma"]);
    t.diagnostic(`row to Application: ${Math.round(performance.now() - started)} ms`);
  });

  it("loses the Application of a tenant that was disabled", async () => {
    await put("gamma", false);
    await become("gamma is gone", ["acme", "beta", "delta"]);
  });

  it("keeps all through an outage of the database", async () => {
    await world.sandbox.cassandra.kill();
    await sets.refresh("tenants");
    await eventually(
      "a scan has failed",
      async () => /scans_total\{outcome="failed"\} [1-9]/.test((await landlord.get("/metrics")).text),
      60_000,
    );
    assert.deepEqual(await names(), ["acme", "beta", "delta"]);
    await world.sandbox.cassandra.start();
  });

  it("gets a new tenant by push also after a reconcile that failed", async () => {
    const { ports } = landlord;
    await landlord.stop();
    await sets.refresh("tenants");
    await eventually(
      "the set says that it failed",
      async () => (await sets.condition("tenants", "ErrorOccurred"))?.status === "True",
    );
    assert.deepEqual(await names(), ["acme", "beta", "delta"]);
    landlord = await start(ports);
    await put("epsilon");
    await become("epsilon is there", ["acme", "beta", "delta", "epsilon"], 30_000);
  });

  it("keeps all when the table is emptied, and says so", async () => {
    const earlier = await refusals();
    await world.sandbox.cassandra.cql("TRUNCATE tenant_ops.tenant_configs");
    await eventually("the guard has refused", async () => (await refusals()) > earlier);
    await sets.refresh("tenants");
    await eventually(
      "the set was looked at",
      async () => (await sets.condition("tenants", "ResourcesUpToDate"))?.status === "True",
    );
    assert.deepEqual(await names(), ["acme", "beta", "delta", "epsilon"]);
    const { stdout } = await world.sandbox.kubectl(["events", "-n", "landlord"]);
    assert.match(stdout, /Warning +AnswerRefused +ConfigMap\/landlord-generator/);
  });
});
