// The keyspaces store against a real Cassandra that looks like Amazon Keyspaces: the contract of all stores, pages, mistakes, an outage.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createAuthority } from "../../certs/authority.ts";
import { systemClock } from "../../src/model/clock.ts";
import { describe as inWords, TerminalError } from "../../src/model/errors.ts";
import { Sealed } from "../../src/model/sealed.ts";
import { createKeyspacesStore, type KeyspacesOptions } from "../../src/tenants/keyspaces.ts";
import type { TenantStore } from "../../src/tenants/store.ts";
import { collect } from "../helpers/collect.ts";
import type { TableRow } from "../helpers/cql-table.ts";
import { databaseOrSkip, useDatabase } from "../helpers/database.ts";
import { eventually } from "../helpers/eventually.ts";
import { createTestLog } from "../helpers/log.ts";
import { FIXTURE, numberedRow, rowOf } from "../helpers/tenant-rows.ts";
import { tenantStoreContract } from "../helpers/tenant-store-contract.ts";

const { skip } = await databaseOrSkip();
const { signal } = new AbortController();
const TIMING = { tries: 3, backoff: { baseMs: 20, maxMs: 200 }, answerMs: 5_000 };
const COLUMNS = Object.keys(numberedRow(0));
const INSERT = `(${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})`;

describe("tenants in a real Cassandra", { skip }, () => {
  const world = useDatabase();
  const stores: TenantStore[] = [];
  after(() => Promise.all(stores.map((store) => store.close())));

  const table = (name = "tenant_configs"): string => `tenant_ops.${name}`;
  const fill = async (rows: readonly TableRow[], name?: string): Promise<void> => {
    for (const row of rows) {
      // the driver of the fixture takes objects for maps; a Map with a key __proto__ must not pass through one
      await world.cassandra.cql(
        `INSERT INTO ${table(name)} ${INSERT}`,
        Object.values({ ...row, labels: plain(row.labels), params: plain(row.params) }),
      );
    }
  };
  const empty = (name?: string): Promise<unknown> => world.cassandra.cql(`TRUNCATE ${table(name)}`);
  const open = (options: Partial<KeyspacesOptions> = {}): TenantStore => {
    const { host, port, serverName, region, keyspace, ca, username, password } = world.cassandra;
    const store = createKeyspacesStore({
      contactPoint: host,
      port,
      serverName,
      region,
      keyspace,
      table: world.cassandra.table,
      consistency: "LOCAL_QUORUM",
      pageSize: 500,
      ca,
      timing: TIMING,
      clock: systemClock,
      log: createTestLog().log,
      auth: { kind: "password", username, password: new Sealed(password) },
      ...options,
    });
    stores.push(store);
    return store;
  };
  /** What a scan says, without what stands before it. */
  const faultOf = async (store: TenantStore): Promise<{ text: string; terminal: boolean }> => {
    const error: unknown = await collect(store.scan(signal)).then(
      () => assert.fail("the scan did not fail"),
      (thrown: unknown) => thrown,
    );
    assert.ok(!inWords(error).includes(world.cassandra.password));
    return { text: inWords(error).replace(/^scan \S+ on \S+: /, ""), terminal: error instanceof TerminalError };
  };

  tenantStoreContract("keyspaces", async (_, rows) => {
    await empty();
    await fill(rows);
    return open({ pageSize: 10 });
  });

  describe("with a full table", () => {
    const rows = Array.from({ length: 2_500 }, (_, number) => numberedRow(number));
    before(async () => {
      await empty();
      for (let at = 0; at < rows.length; at += 100)
        await Promise.all(rows.slice(at, at + 100).map((row) => fill([row])));
    });
    after(() => empty());

    it("gives each of 2,500 rows once, over pages", async () => {
      for (const pageSize of [500, 77, 5_000]) {
        const ids = (await collect(open({ pageSize }).scan(signal))).map((row) => (row.ok ? row.row.tenantId : "bad"));
        assert.deepEqual(ids.toSorted(), rows.map(({ tenant_id }) => tenant_id).toSorted());
      }
    });

    it("gives the same with every consistency that Keyspaces reads with", async () => {
      for (const consistency of ["LOCAL_QUORUM", "LOCAL_ONE", "ONE"] as const) {
        assert.equal((await collect(open({ consistency }).scan(signal))).length, rows.length);
      }
    });
  });

  describe("with the fixture", () => {
    before(async () => {
      await empty();
      await fill(FIXTURE);
    });

    it("reads what was never enabled, and empty maps, as such", async () => {
      const found = new Map((await collect(open().scan(signal))).map((row) => [row.ok ? row.row.tenantId : "", row]));
      assert.equal(found.size, 5);
      for (const row of FIXTURE) assert.deepEqual(found.get(row.tenant_id), { ok: true, row: rowOf(row) });
    });

    const MISTAKES: [what: string, options: Partial<KeyspacesOptions>, says: RegExp][] = [
      [
        "a wrong password",
        { auth: { kind: "password", username: "landlord", password: new Sealed("wrong") } },
        /^credentials refused$/,
      ],
      [
        "an unknown user",
        { auth: { kind: "password", username: "nobody", password: new Sealed("wrong") } },
        /^credentials refused$/,
      ],
      [
        "SigV4, which Cassandra does not speak",
        { auth: { kind: "sigv4", sign: () => Promise.resolve("x") } },
        /^credentials refused$/,
      ],
      [
        "another authority",
        { ca: createAuthority({ commonName: "other", now: Date.now() }).certificate },
        /^the server's certificate is not trusted/,
      ],
      ["no authority", { ca: "nothing" }, /^the CA bundle holds no certificate$/],
      [
        "another name",
        { serverName: "cassandra.eu-west-1.amazonaws.com" },
        /^the server's certificate is not for cassandra\.eu-west-1/,
      ],
      ["another region", { region: "eu-west-1" }, /^no host is in data centre eu-west-1 \(found: us-east-1\)/],
      ["a keyspace that is not there", { keyspace: "nowhere" }, /^keyspace nowhere does not exist/],
      ["a table that is not there", { table: "nothing" }, /^table tenant_ops\.nothing does not exist/],
      [
        "a table that it may not read",
        { keyspace: "system_auth", table: "roles" },
        /^(the credentials have no right to do this to system_auth\.roles|table system_auth\.roles lacks column \w+)/,
      ],
    ];
    for (const [what, options, says] of MISTAKES) {
      it(`tells of ${what}, and gives no row`, async () => {
        const { text, terminal } = await faultOf(open(options));
        assert.match(text, says);
        assert.equal(terminal, true);
      });
    }

    it("tells of a column that is missing or has another type", async () => {
      const make = (name: string, change: (definition: string) => string): Promise<unknown> =>
        world.cassandra.cql(`CREATE TABLE tenant_ops.${name} (${change(DEFINITION)})`);
      await make("no_params", (definition) => definition.replace(", params map<text, text>", ""));
      await make("other_labels", (definition) =>
        definition.replace("labels map", "labels frozen<list<text>>, other map"),
      );
      await make("other_enabled", (definition) => definition.replace("enabled boolean", "enabled text"));
      await make(
        "two_keys",
        (definition) => `${definition.replace(" PRIMARY KEY", "")}, PRIMARY KEY (tenant_id, namespace)`,
      );
      assert.match(
        (await faultOf(open({ table: "no_params" }))).text,
        /^table tenant_ops\.no_params lacks column params/,
      );
      assert.equal(
        (await faultOf(open({ table: "other_labels" }))).text,
        "column labels is list<text>, but must be map<text, text>",
      );
      assert.equal(
        (await faultOf(open({ table: "other_enabled" }))).text,
        "column enabled is text, but must be boolean",
      );
      await fill([numberedRow(1), { ...numberedRow(1), namespace: "b" }], "two_keys");
      assert.match(
        (await faultOf(open({ table: "two_keys" }))).text,
        /^tenant "t-1" comes twice: tenant_id must be the table's whole primary key/,
      );
      await assert.rejects(
        open({ table: "other_enabled" }).put(rowOf(numberedRow(1)), signal),
        /column enabled is text, but must be boolean/,
      );
    });

    it("fails while the database is away, and comes back by itself", async () => {
      const store = open();
      assert.equal((await collect(store.scan(signal))).length, 5);
      await world.cassandra.kill();
      for (let time = 0; time < 2; time++) {
        const { text, terminal } = await faultOf(store);
        assert.match(text, /^(connection refused|connection lost|no host is up)/);
        assert.equal(terminal, false);
      }
      await world.cassandra.start();
      const rows = await eventually("it is back", () => collect(store.scan(signal)).catch(() => undefined), 30_000);
      assert.equal(rows.length, 5);
    });
  });
});

const DEFINITION =
  "tenant_id text PRIMARY KEY, enabled boolean, namespace text, target_cluster text, repo_url text, repo_path text, labels map<text, text>, params map<text, text>";

const plain = (map: Map<string, string> | null): Record<string, string> | null =>
  map === null ? null : Object.fromEntries(map);
