// What Argo CD gets: the real service, without any cluster, over a real Cassandra that looks like Amazon Keyspaces.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { before, describe, it } from "node:test";
import { type RunningGenerator, startGenerator } from "../../sandbox/generator.ts";
import { databaseOrSkip, useDatabase } from "../helpers/database.ts";
import { eventually } from "../helpers/eventually.ts";

const { skip } = await databaseOrSkip();

const REPO = "https://github.com/yourorg/tenants.git";
const ACME = {
  tenantId: "acme",
  namespace: "tn-acme",
  cluster: "in-cluster",
  repoURL: REPO,
  path: "tenants/acme",
  labels: { tier: "gold", region: "ca-central-1" },
  kafkaTopic: "acme.events",
  mskCluster: "primary",
  params: { kafkaTopic: "acme.events", mskCluster: "primary" },
};
const BETA = {
  tenantId: "beta",
  namespace: "tn-beta",
  cluster: "prod-eu",
  repoURL: REPO,
  path: "tenants/beta",
  labels: { region: "eu-west-1" },
  params: {},
};
const EPSILON = {
  tenantId: "epsilon",
  namespace: "tn-eps",
  cluster: "in-cluster",
  repoURL: REPO,
  path: "tenants/eps",
  labels: {},
  replicas: "3",
  params: { replicas: "3" },
};
const ALL = [ACME, BETA, EPSILON];

describe("the generator", { skip }, () => {
  const world = useDatabase();
  let generator: RunningGenerator;

  const insert = (
    tenantId: string,
    enabled: boolean | null,
    labels: object | null,
    params: object | null,
    more: Record<string, unknown> = {},
  ) =>
    world.cassandra.cql(
      `INSERT INTO tenant_ops.tenant_configs (tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        tenantId,
        enabled,
        more["namespace"] ?? `tn-${tenantId}`,
        more["cluster"] ?? "in-cluster",
        REPO,
        more["path"] ?? `tenants/${tenantId}`,
        labels,
        params,
      ],
    );

  async function fixture(): Promise<void> {
    await world.cassandra.cql("TRUNCATE tenant_ops.tenant_configs");
    await insert(
      "acme",
      true,
      { tier: "gold", region: "ca-central-1" },
      { kafkaTopic: "acme.events", mskCluster: "primary" },
    );
    await insert("beta", true, { region: "eu-west-1" }, null, { cluster: "prod-eu" });
    await insert("delta", null, { region: "ca-central-1" }, null);
    await insert("epsilon", true, null, { replicas: "3" }, { namespace: "tn-eps", path: "tenants/eps" });
    await insert("gamma", false, { region: "ca-central-1" }, null);
  }

  const start = (settings: Record<string, string> = {}, name = "generator"): Promise<RunningGenerator> =>
    startGenerator(world.database, { ...world.cassandra.settings, ...settings }, name);
  const ready = (which: RunningGenerator) =>
    eventually("it is ready", async () => (await which.health("/readyz")).status === 200, 60_000);
  const parametersOf = (text: string): { tenantId: string }[] =>
    (JSON.parse(text) as { output: { parameters: { tenantId: string }[] } }).output.parameters;
  const filter = (filterLabelKey: unknown, filterLabelValue: unknown, applicationSetName = "tenants") => ({
    applicationSetName,
    input: { parameters: { filterLabelKey, filterLabelValue } },
  });

  before(async () => {
    await fixture();
    generator = await start();
    await ready(generator);
  });

  it("answers with every enabled tenant, by id, as templates expect them", async () => {
    const { status, headers, text } = await generator.ask({ applicationSetName: "tenants", input: {} });
    assert.equal(status, 200);
    assert.match(headers.get("content-type") ?? "", /^application\/json/);
    assert.deepEqual(JSON.parse(text), { output: { parameters: ALL } });
  });

  it("filters by a label, case and blanks included", async () => {
    assert.deepEqual(parametersOf((await generator.ask(filter("region", "ca-central-1"))).text), [ACME]);
    for (const value of ["CA-Central-1", "ca-central-1 "]) {
      const { status, text } = await generator.ask(filter("region", value, `new-${value.length}`));
      assert.equal(status, 200);
      assert.equal(text, '{"output":{"parameters":[]}}');
    }
  });

  for (const body of [
    {},
    { applicationSetName: "x" },
    { input: { parameters: {} } },
    {
      applicationSetName: "x",
      applicationSetNamespace: "team-a",
      future: { a: 1 },
      input: { parameters: { other: [1, 2] } },
    },
  ]) {
    it(`takes ${JSON.stringify(body)} for a question about everybody`, async () => {
      assert.deepEqual(parametersOf((await generator.ask(body)).text), ALL);
    });
  }

  it("gives equal bytes for equal data, compressed on request", async () => {
    const [first, second] = [await generator.ask({}), await generator.ask({})];
    assert.equal(first.text, second.text);
    assert.equal(first.headers.get("content-encoding"), "gzip"); // fetch asks for it, and unpacks it
    assert.ok(first.headers.get("landlord-snapshot-hash"));
  });

  for (const authorization of ["", "Bearer wrong", "Bearer  TOKEN", "TOKEN", "bearer TOKEN", "Bearer TOKENx"]) {
    it(`lets nobody in with ${JSON.stringify(authorization)}, whatever the body is`, async () => {
      for (const body of ["{}", '{"broken']) {
        const { status, text } = await generator.ask(body, {
          headers: { authorization: authorization.replace("TOKEN", generator.token), "content-type": "text/plain" },
        });
        assert.equal(status, 403);
        assert.ok(!text.includes(generator.token) && !text.includes("acme"));
      }
    });
  }

  const wrong: [string, unknown, number][] = [
    ["broken JSON", '{"broken', 400],
    ["a list of parameters", { input: { parameters: [] } }, 400],
    ["half a filter", { input: { parameters: { filterLabelKey: "region" } } }, 400],
    ["the other half", { input: { parameters: { filterLabelValue: "x" } } }, 400],
    ["a filter of another type", { input: { parameters: { filterLabelKey: "region", filterLabelValue: 7 } } }, 400],
    ["an empty key", { input: { parameters: { filterLabelKey: "", filterLabelValue: "x" } } }, 400],
    ["64 KiB and more", `{"a":"${"x".repeat(70_000)}"}`, 413],
  ];
  for (const [what, body, status] of wrong) {
    it(`answers ${status} with a message to ${what}, never everybody`, async () => {
      const answer = await generator.ask(body);
      assert.equal(answer.status, status, answer.text);
      const { message } = JSON.parse(answer.text) as { message: string };
      assert.ok(message.length > 5 && answer.text.length < 1024);
    });
  }

  it("takes other content types, and no other path or method", async () => {
    assert.equal(
      (await generator.ask({}, { headers: { "content-type": "application/x-www-form-urlencoded" } })).status,
      200,
    );
    assert.equal((await generator.ask({}, { path: "/api/v1/getparams.execute/" })).status, 404);
    assert.equal((await generator.ask({}, { path: "/" })).status, 404);
    const get = await generator.ask({}, { method: "GET" });
    assert.equal(get.status, 405);
    assert.equal(get.headers.get("allow"), "POST");
  });

  it("follows the table: a new tenant comes, a disabled one goes", async () => {
    await insert("zeta", true, null, null);
    await eventually("zeta is there", async () => (await generator.ask({})).text.includes('"zeta"'));
    await insert("zeta", false, null, null);
    await eventually("zeta is gone", async () => !(await generator.ask({})).text.includes('"zeta"'));
    assert.doesNotMatch((await generator.health("/metrics")).text, /^landlord_generator_refusals_total\S* [1-9]/m);
  });

  it("keeps a tenant's last good version when its row turns bad", async () => {
    await world.cassandra.cql("UPDATE tenant_ops.tenant_configs SET namespace = 'Not A Name' WHERE tenant_id = 'beta'");
    await eventually("the row is flagged", async () =>
      /^landlord_generator_tenants\{state="bad"\} 1$/m.test((await generator.health("/metrics")).text),
    );
    assert.deepEqual(parametersOf((await generator.ask({})).text), ALL);
    await world.cassandra.cql("UPDATE tenant_ops.tenant_configs SET namespace = 'tn-beta' WHERE tenant_id = 'beta'");
  });

  it("takes a new token at once, and the old one for a while", async () => {
    await writeFile(generator.tokenFile, "another\n");
    const other = { authorization: "Bearer another" };
    await eventually("the new token opens", async () => (await generator.ask({}, { headers: other })).status === 200);
    assert.equal((await generator.ask({})).status, 200);
    await writeFile(generator.tokenFile, `${generator.token}\n`);
    await eventually("the first one is current again", async () => (await generator.ask({})).status === 200);
  });

  it("holds a hundred tenants when the table is emptied, and lets one go that is disabled", async () => {
    for (let index = 0; index < 100; index++) await insert(`t${index}`, true, null, null);
    await eventually("all are there", async () => parametersOf((await generator.ask({})).text).length === 103, 30_000);
    await insert("t0", false, null, null);
    await eventually("one is gone", async () => parametersOf((await generator.ask({})).text).length === 102);
    await world.cassandra.cql("TRUNCATE tenant_ops.tenant_configs");
    await eventually("the guard refuses", async () => {
      await generator.ask({});
      return /^landlord_generator_refusals_total\S* [1-9]/m.test((await generator.health("/metrics")).text);
    });
    const { status, text } = await generator.ask({});
    assert.equal(status, 200);
    assert.equal(parametersOf(text).length, 102);
  });

  it("remembers over a restart what it served", async () => {
    await generator.stop();
    generator = await start();
    const { status, text } = await eventually("it answers", async () => generator.ask({}));
    assert.ok(status === 503 || parametersOf(text).length === 102, `${status} ${text.slice(0, 200)}`);
    await fixture();
  });

  it("answers the same while the database is away, and no longer than it may", async () => {
    await generator.stop();
    const brief = await start({ GENERATOR_MAX_STALE: "3s" }, "brief");
    await ready(brief);
    const whole = (await brief.ask({})).text;
    await world.cassandra.kill();
    assert.equal((await brief.ask({})).text, whole);
    const late = await eventually("it is too old", async () => {
      const answer = await brief.ask({});
      assert.ok(answer.status === 503 || answer.text === whole);
      return answer.status === 503 && answer;
    });
    assert.match((JSON.parse(late.text) as { message: string }).message, /./);
    assert.equal((await brief.health("/livez")).status, 200);
    assert.equal((await brief.health("/readyz")).status, 503);
    await world.cassandra.start();
    await ready(brief);
    assert.equal((await brief.ask({})).text, whole);
    await brief.stop();
  });

  it("starts while the database is away: live, not ready, 503 with a reason, and recovers by itself", async () => {
    await world.cassandra.stop();
    const early = await start({ GENERATOR_COLD_WAIT: "500ms" }, "early");
    assert.equal((await early.health("/livez")).status, 200);
    assert.equal((await early.health("/readyz")).status, 503);
    const { status, text } = await early.ask({});
    assert.equal(status, 503);
    assert.ok((JSON.parse(text) as { message: string }).message.length > 5);
    await world.cassandra.start();
    await ready(early);
    assert.deepEqual(parametersOf((await early.ask({})).text), ALL);
    await early.stop();
  });

  const faults: [string, Record<string, string>, RegExp][] = [
    ["credentials that are refused", { KEYSPACES_PASSWORD: "wrong-password" }, /credential|password|refused/i],
    ["a keyspace that is not there", { KEYSPACES_KEYSPACE: "nowhere" }, /nowhere/],
    ["a table that is not there", { KEYSPACES_TABLE: "nothing" }, /nothing/],
    [
      "a certificate for another name",
      { KEYSPACES_SERVER_NAME: "cassandra.eu-west-1.amazonaws.com" },
      /certificate|name/i,
    ],
  ];
  for (const [what, settings, reason] of faults) {
    it(`says what is wrong with ${what}, and shows no secret`, async () => {
      const name = what.replaceAll(/\W+/g, "-");
      const faulty = await start({ ...settings, GENERATOR_COLD_WAIT: "0ms" }, name);
      const text = await eventually("it says so", async () => {
        const readiness = (await faulty.health("/readyz")).text;
        return reason.test(readiness) && readiness;
      });
      assert.ok(!text.includes("wrong-password"));
      assert.equal((await faulty.ask({})).status, 503);
      await faulty.stop();
    });
  }
});
