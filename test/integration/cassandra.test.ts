// The sandbox's Cassandra, with the real program: what suites about the tenants' table stand on.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { auth, Client, type ClientOptions, errors, types } from "cassandra-driver";
import { createAuthority } from "../../certs/authority.ts";
import { isAlive } from "../../sandbox/alive.ts";
import type { Cassandra } from "../../sandbox/cassandra/node.ts";
import { startDatabase } from "../../sandbox/database.ts";
import { databaseOrSkip, useDatabase } from "../helpers/database.ts";
import { eventually } from "../helpers/eventually.ts";

const { skip } = await databaseOrSkip();
const { localQuorum, localOne, quorum, one } = types.consistencies;
const ROWS = "SELECT tenant_id, enabled, labels FROM tenant_ops.tenant_configs";

/** A client as the product would make it, unless told otherwise; it does not try again. */
function clientOf(
  cassandra: Cassandra,
  other: { ca?: string; serverName?: string; password?: string; region?: string } = {},
) {
  const { host, port, ca, serverName, region, username, password } = { ...cassandra, ...other };
  const options: ClientOptions = {
    contactPoints: [host],
    protocolOptions: { port, maxVersion: 4 },
    localDataCenter: region,
    sslOptions: { ca, rejectUnauthorized: true, servername: serverName },
    authProvider: new auth.PlainTextAuthProvider(username, password),
    isMetadataSyncEnabled: false,
    queryOptions: { consistency: localQuorum },
  };
  return new Client(options);
}

/** Why a connection was refused: the driver hides it one error deeper. */
async function refusal(client: Client): Promise<{ code?: string; message: string }> {
  try {
    await client.connect();
  } catch (error) {
    if (error instanceof errors.NoHostAvailableError) return Object.values(error.innerErrors)[0] as Error;
    return error as Error;
  } finally {
    await client.shutdown();
  }
  throw new assert.AssertionError({ message: "it was not refused" });
}

async function withClient<T>(cassandra: Cassandra, use: (client: Client) => Promise<T>): Promise<T> {
  const client = clientOf(cassandra);
  try {
    return await use(client);
  } finally {
    await client.shutdown();
  }
}

describe("Cassandra in the sandbox", { skip }, () => {
  const world = useDatabase();

  it("has the product's table, in the region's data centre", async () => {
    const { cassandra } = world;
    const [local] = await cassandra.cql("SELECT data_center, rack FROM system.local");
    assert.deepEqual(local, { data_center: "us-east-1", rack: "us-east-1" });
    const columns = await cassandra.cql(
      "SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?",
      [cassandra.keyspace, cassandra.table],
    );
    assert.deepEqual(Object.fromEntries(columns.map(({ column_name: name, type }) => [name, type])), {
      tenant_id: "text",
      enabled: "boolean",
      namespace: "text",
      target_cluster: "text",
      repo_url: "text",
      repo_path: "text",
      labels: "map<text, text>",
      params: "map<text, text>",
    });
  });

  it("gives the product's role reads and writes of rows, and nothing more", async () => {
    await withClient(world.cassandra, async (client) => {
      await client.execute("INSERT INTO tenant_ops.tenant_configs (tenant_id, enabled) VALUES ('own', true)");
      const { rows } = await client.execute(`${ROWS} WHERE tenant_id = 'own'`);
      assert.equal(rows[0]?.["enabled"], true);
      await client.execute("DELETE FROM tenant_ops.tenant_configs WHERE tenant_id = 'own'");
      for (const statement of [
        "DROP TABLE tenant_ops.tenant_configs",
        "CREATE TABLE tenant_ops.other (id text PRIMARY KEY)",
        "CREATE ROLE other",
      ])
        await assert.rejects(
          client.execute(statement),
          /has no \w+ permission|does not have sufficient privileges/,
          statement,
        );
    });
  });

  it("answers the product's role at the consistencies of Amazon Keyspaces only", async () => {
    await withClient(world.cassandra, async (client) => {
      const write = "INSERT INTO tenant_ops.tenant_configs (tenant_id) VALUES ('consistent')";
      for (const consistency of [localQuorum, localOne, one]) await client.execute(ROWS, [], { consistency });
      await client.execute(write, [], { consistency: localQuorum });
      await assert.rejects(
        client.execute(ROWS, [], { consistency: quorum }),
        /Guardrail read_consistency_levels violated/,
      );
      for (const consistency of [localOne, one, quorum])
        await assert.rejects(
          client.execute(write, [], { consistency }),
          /Guardrail write_consistency_levels violated/,
          `write at ${consistency}`,
        );
    });
  });

  it("lets fixtures do what the product may not", async () => {
    const { cassandra } = world;
    await cassandra.cql("INSERT INTO tenant_ops.tenant_configs (tenant_id, labels) VALUES (?, ?)", [
      "a",
      { tier: "gold" },
    ]);
    assert.ok((await cassandra.cql(ROWS)).length > 0);
    await cassandra.cql("TRUNCATE tenant_ops.tenant_configs");
    assert.deepEqual(await cassandra.cql(ROWS), []);
  });

  it("shows its certificate to whoever asks by the name of the endpoint, and is refused by any other", async () => {
    const { cassandra } = world;
    await withClient(cassandra, (client) => client.connect());
    const { code } = await refusal(clientOf(cassandra, { serverName: "cassandra.eu-west-1.amazonaws.com" }));
    assert.equal(code, "ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("is not trusted by another CA", async () => {
    const ca = createAuthority({ commonName: "stranger", now: Date.now() }).certificate;
    const { code } = await refusal(clientOf(world.cassandra, { ca }));
    assert.match(code ?? "", /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE)$/);
  });

  it("writes its CA into a file too", async () => {
    assert.equal(await readFile(world.cassandra.caFile, "utf8"), world.cassandra.ca);
  });

  it("refuses a wrong password, and soon the one that every new Cassandra has", async () => {
    const { cassandra } = world;
    const incorrect = /^Provided username \w+ and\/or password are incorrect$/;
    assert.match((await refusal(clientOf(cassandra, { password: "wrong" }))).message, incorrect);
    const original = { ...cassandra, username: "cassandra", password: "cassandra" };
    // it remembers for a second what was good
    await eventually("it is refused", () =>
      refusal(clientOf(original)).then(
        ({ message }) => incorrect.test(message),
        () => false,
      ),
    );
  });

  it("is in no other data centre", async () => {
    const { message } = await refusal(clientOf(world.cassandra, { region: "eu-west-1" }));
    assert.match(message, /only found hosts in data centers: \[us-east-1\]/);
  });

  it("keeps its port and its data over a stop and a start, and clients come back", async () => {
    const { cassandra } = world;
    await withClient(cassandra, async (client) => {
      await client.execute("INSERT INTO tenant_ops.tenant_configs (tenant_id) VALUES ('stopped')");
      await cassandra.stop();
      await assert.rejects(cassandra.cql(ROWS), /^Error: run CQL: Cassandra does not run$/);
      await assert.rejects(client.execute(ROWS), errors.NoHostAvailableError);
      assert.match((await refusal(clientOf(cassandra))).message, /ECONNREFUSED/);
      await cassandra.start();
      await eventually("the client is back", () => client.execute(ROWS).catch(() => undefined));
      assert.ok((await cassandra.cql(ROWS)).some(({ tenant_id: id }) => id === "stopped"));
    });
  });

  it("keeps what it has acknowledged over a kill", async () => {
    const { cassandra } = world;
    await cassandra.cql("INSERT INTO tenant_ops.tenant_configs (tenant_id) VALUES ('killed')");
    await cassandra.kill();
    await cassandra.start();
    await withClient(cassandra, async (client) => {
      const { rows } = await client.execute(`${ROWS} WHERE tenant_id = 'killed'`);
      assert.equal(rows.length, 1);
    });
  });
});

describe("two databases side by side", { skip }, () => {
  it("share nothing, tell of a death of their own only, and leave nothing", async () => {
    const pair = await Promise.all([startDatabase(), startDatabase()]);
    const [first, second] = pair;
    try {
      await first.cassandra.cql("INSERT INTO tenant_ops.tenant_configs (tenant_id) VALUES ('only here')");
      assert.deepEqual(await second.cassandra.cql(ROWS), []);
      const { code } = await refusal(clientOf(first.cassandra, { ca: second.cassandra.ca }));
      assert.ok(code, "each has its own authority");
      const [{ pid } = { pid: 0 }] = first.processes();
      process.kill(pid!, "SIGKILL");
      await assert.rejects(first.failed, /^ProcessFailed: run cassandra: killed by SIGKILL; the end of its log:\n/);
      assert.equal(await Promise.race([second.failed, Promise.resolve("fine")]), "fine");
    } finally {
      const pids = pair.flatMap((database) => database.processes()).map(({ pid }) => pid!);
      for (const database of pair) await database.stop();
      assert.deepEqual(pids.filter(isAlive), []);
      for (const { directory } of pair) assert.equal(existsSync(directory), false);
    }
  });
});
