import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAuthority } from "../../../certs/authority.ts";
import { signAuthentication } from "../../../src/clients/sigv4.ts";
import { describe as inWords, TerminalError } from "../../../src/model/errors.ts";
import { Sealed } from "../../../src/model/sealed.ts";
import type { KeyspacesOptions } from "../../../src/tenants/keyspaces.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { collect } from "../../helpers/collect.ts";
import { cqlTable, pageOf } from "../../helpers/cql-table.ts";
import { eventually } from "../../helpers/eventually.ts";
import {
  authority,
  leafFor,
  openDatabase,
  openKeyspaces,
  PASSWORD,
  QUICK,
  SERVER_NAME,
} from "../../helpers/keyspaces.ts";
import { createScriptedCql, type ScriptedCqlOptions, SECRET } from "../../helpers/scripted-cql.ts";
import { FIXTURE, numberedRow, rowOf } from "../../helpers/tenant-rows.ts";

const signal = new AbortController().signal;
const numbered = (count: number) => Array.from({ length: count }, (_, number) => numberedRow(number));
const OTHER = createAuthority({ commonName: "other", now: Date.now() });

/** The error in one line, without a word of the server's. */
async function fault(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => assert.fail("nothing went wrong"),
    (thrown: unknown) => thrown,
  );
  const text = inWords(error);
  for (const secret of [SECRET, PASSWORD]) assert.ok(!text.includes(secret), text);
  return text.replaceAll(/127\.0\.0\.1:\d+/g, "HOST");
}

describe("tenants in Keyspaces", () => {
  it("connect when first asked, over TLS, with a password", async (t) => {
    const database = await openDatabase(t, cqlTable(FIXTURE));
    const { store } = openKeyspaces(t, database.port);
    assert.equal(database.connections.accepted, 0);
    assert.equal((await collect(store.scan(signal))).length, 5);
    assert.deepEqual(database.tokens, [`\0landlord\0${PASSWORD}`]);
    assert.equal(database.connections.accepted, 1);
  });

  it("are read page by page with LOCAL_QUORUM and written with it, and no schema is asked for", async (t) => {
    const database = await openDatabase(t, cqlTable(FIXTURE));
    const { store } = openKeyspaces(t, database.port);
    await collect(store.scan(signal));
    await store.get("acme", signal);
    assert.ok(database.queries.every(({ statement }) => statement.startsWith("SELECT ")));
    await store.put(rowOf(numberedRow(1)), signal);
    await store.remove("t-1", signal);
    assert.deepEqual(
      database.queries.map(({ statement, consistency, pageSize, pageState, timestamp }) => [
        statement.split(" ")[0],
        consistency,
        pageSize > 0,
        pageState,
        timestamp,
      ]),
      [
        ["SELECT", "LOCAL_QUORUM", true, undefined, false],
        ["SELECT", "LOCAL_QUORUM", true, "2", false],
        ["SELECT", "LOCAL_QUORUM", true, "4", false],
        ["SELECT", "LOCAL_QUORUM", true, undefined, false],
        ["SELECT", "LOCAL_QUORUM", true, undefined, false],
        ["INSERT", "LOCAL_QUORUM", true, undefined, false],
        ["SELECT", "LOCAL_QUORUM", true, undefined, false],
        ["DELETE", "LOCAL_QUORUM", true, undefined, false],
      ],
    );
    assert.equal(database.queries[0]?.pageSize, 2);
    assert.ok(database.systemQueries.every((statement) => /FROM system\.(local|peers)/.test(statement)));
  });

  it("are read with another consistency if that is wanted, and written with LOCAL_QUORUM all the same", async (t) => {
    const database = await openDatabase(t, cqlTable(FIXTURE));
    const { store } = openKeyspaces(t, database.port, { consistency: "LOCAL_ONE" });
    await store.get("acme", signal);
    await store.put(rowOf(numberedRow(1)), signal);
    assert.deepEqual(
      database.queries.map(({ consistency }) => consistency),
      ["LOCAL_ONE", "LOCAL_ONE", "LOCAL_QUORUM"],
    );
  });

  it("keep every key of a map, in order", async (t) => {
    const labels = new Map([
      ["__proto__", "a"],
      ["10", "b"],
      ["constructor", "c"],
      ["2", "d"],
    ]);
    const database = await openDatabase(t, cqlTable([{ ...numberedRow(1), labels }]));
    const { store } = openKeyspaces(t, database.port);
    const row = await store.get("t-1", signal);
    assert.ok(row?.ok === true);
    assert.deepEqual(new Map(Object.entries(row.row.labels)), labels);
    await store.put(row.row, signal);
    assert.deepEqual(await store.get("t-1", signal), row);
  });

  it("answer a SigV4 challenge with credentials that are signed anew for each connection", async (t) => {
    const nonce = "91703fdc2ef562e19fbdab0f58e42fe5";
    const credentials = { accessKeyId: "UserID-1", secretAccessKey: new Sealed("UserSecretKey-1") };
    const at = new Date("2020-06-09T22:41:51.000Z");
    const accepts = (reply: string): boolean =>
      reply.startsWith("signature=7f3691c18a81b8ce7457699effbfae5b09b4e0714ab38c1292dbdf082c9ddd87,");
    const database = await openDatabase(t, { ...cqlTable(FIXTURE), login: { nonce, accepts } });
    const signed: string[] = [];
    const { store } = openKeyspaces(t, database.port, {
      auth: {
        kind: "sigv4",
        sign(given) {
          signed.push(given);
          return Promise.resolve(signAuthentication({ region: "us-west-2", nonce: given, at, credentials }));
        },
      },
    });
    assert.ok(await store.get("acme", signal));
    database.hangUp();
    assert.ok(await store.get("beta", signal));
    assert.ok(signed.length >= 2 && signed.every((each) => each === nonce));
    assert.equal(database.tokens[0], "SigV4\0\0");
  });

  it("say that credentials cannot be had, and take them when they can", async (t) => {
    const database = await openDatabase(t, { ...cqlTable(FIXTURE), login: { nonce: "n", accepts: () => true } });
    let broken = true;
    const sign = (): Promise<string> =>
      broken ? Promise.reject(new Error("no profile")) : Promise.resolve("signature=x");
    const { store } = openKeyspaces(t, database.port, { auth: { kind: "sigv4", sign } });
    assert.equal(
      await fault(store.get("acme", signal)),
      "get tenant_ops.tenant_configs on HOST: there are no credentials to sign with: no profile",
    );
    broken = false;
    assert.ok(await store.get("acme", signal));
  });

  it("do not wait for ever for credentials", async (t) => {
    const database = await openDatabase(t, { ...cqlTable(FIXTURE), login: { nonce: "n", accepts: () => true } });
    const clock = createTestClock();
    let asked = 0;
    const sign = (): Promise<string> => {
      asked++;
      return Promise.withResolvers<string>().promise;
    };
    const timing = { ...QUICK, answerMs: 5_000, tries: 1 };
    const { store } = openKeyspaces(t, database.port, { auth: { kind: "sigv4", sign }, clock, timing });
    const answer = fault(store.get("acme", signal));
    await eventually("it asks for credentials", () => asked > 0);
    await clock.advance(5_000);
    assert.equal(await answer, "get tenant_ops.tenant_configs on HOST: no credentials within 5000 ms");
  });

  const MISTAKES: {
    what: string;
    database?: ScriptedCqlOptions;
    store?: Partial<KeyspacesOptions>;
    says: RegExp;
    token?: true;
  }[] = [
    {
      what: "refused credentials",
      store: { auth: { kind: "password", username: "landlord", password: new Sealed("wrong") } },
      says: /^credentials refused$/,
      token: true,
    },
    {
      what: "a certificate of another authority",
      database: { tls: leafFor(SERVER_NAME, OTHER) },
      says: /^the server's certificate is not trusted: its CA is neither among the system's roots nor in the CA bundle/,
    },
    {
      what: "a certificate for another name",
      database: { tls: leafFor("cassandra.eu-west-1.amazonaws.com") },
      says: /^the server's certificate is not for cassandra\.us-east-1\.amazonaws\.com: /,
    },
    {
      what: "a certificate for the address alone",
      database: { tls: leafFor("127.0.0.1") },
      says: /^the server's certificate is not for cassandra\.us-east-1\.amazonaws\.com: /,
    },
    {
      what: "a bundle without certificates",
      store: { ca: "# nothing here\n" },
      says: /^the CA bundle holds no certificate$/,
    },
    {
      what: "a bundle with a broken certificate",
      store: { ca: `${authority.certificate}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n` },
      says: /^certificate 2 of the CA bundle cannot be read/,
    },
    {
      what: "another data centre",
      store: { region: "eu-west-1" },
      says: /^no host is in data centre eu-west-1 \(found: us-east-1\): the region must be the data centre's name$/,
      token: true,
    },
  ];
  for (const { what, database: changed = {}, store: options = {}, says, token = false } of MISTAKES) {
    it(`tell of ${what}, at once, and leave no connection behind`, async (t) => {
      const database = await openDatabase(t, { ...cqlTable(FIXTURE), ...changed });
      const { store, lines } = openKeyspaces(t, database.port, options);
      const error = await collect(store.scan(signal)).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof TerminalError);
      const text = await fault(Promise.reject(error));
      assert.match(text.replace("scan tenant_ops.tenant_configs on HOST: ", ""), says);
      assert.equal(database.tokens.length > 0, token);
      assert.deepEqual(database.queries, []);
      assert.deepEqual(lines, []);
      await eventually("all connections are closed", () => database.connections.open === 0);
    });
  }

  it("never send a password to a server without TLS", async (t) => {
    const database = await createScriptedCql({
      ...cqlTable(FIXTURE),
      login: { username: "landlord", password: PASSWORD },
    });
    t.after(() => database.close());
    const { store } = openKeyspaces(t, database.port, { timing: { ...QUICK, connectMs: 200, tries: 1 } });
    assert.match(await fault(store.get("acme", signal)), /does not speak TLS|connection lost|no connection in time/);
    assert.deepEqual([database.tokens, database.queries], [[], []]);
  });

  const ANSWERS: { error: number; text: string; says: string }[] = [
    { error: 0x2200, text: "Keyspace 'tenant_ops' does not exist", says: "keyspace tenant_ops does not exist" },
    { error: 0x2200, text: "keyspace tenant_ops does not exist", says: "keyspace tenant_ops does not exist" },
    {
      error: 0x2200,
      text: "table tenant_configs does not exist",
      says: "table tenant_ops.tenant_configs does not exist",
    },
    {
      error: 0x2200,
      text: "unconfigured table tenant_configs",
      says: "table tenant_ops.tenant_configs does not exist",
    },
    {
      error: 0x2200,
      text: "Undefined column name labels in table tenant_ops.tenant_configs",
      says: "table tenant_ops.tenant_configs lacks column labels",
    },
    {
      error: 0x2200,
      text: "Consistency level QUORUM is not supported",
      says: "the server does not allow this consistency level",
    },
    {
      error: 0x2100,
      text: "User landlord has no SELECT permission",
      says: "the credentials have no right to do this to tenant_ops.tenant_configs",
    },
    { error: 0x2000, text: "no viable alternative", says: "the server refused the statement" },
  ];
  for (const { error, text, says } of ANSWERS) {
    it(`say "${says}" when the server says "${text}"`, async (t) => {
      const database = await openDatabase(t, { respond: () => ({ error, text }) });
      const { store } = openKeyspaces(t, database.port);
      const code = `CQL error 0x${error.toString(16)}`;
      assert.equal(await fault(store.get("acme", signal)), `get tenant_ops.tenant_configs on HOST: ${says}: ${code}`);
      assert.equal(database.queries.length, 1);
    });
  }

  for (const error of [0x0000, 0x1000, 0x1001, 0x1002, 0x1100, 0x1200, 0x1300]) {
    it(`ask again after error 0x${error.toString(16)}, until the tries are used up`, async (t) => {
      const table = cqlTable(FIXTURE);
      let left = 3;
      const database = await openDatabase(t, { respond: (query) => (left-- > 0 ? { error } : table.respond(query)) });
      const { store, lines } = openKeyspaces(t, database.port);
      assert.ok(await store.get("acme", signal));
      assert.equal(database.queries.length, 4);
      assert.deepEqual(
        new Set(lines.map(({ message }) => message)),
        new Set(["connected to the tenant database", "tenant database: trying again"]),
      );
      assert.ok(!JSON.stringify(lines).includes(SECRET));
      left = 4;
      await fault(store.get("acme", signal));
      assert.equal(database.queries.length, 8);
    });
  }

  it("ask again for the page that failed, not for those before", async (t) => {
    const table = cqlTable(numbered(6));
    const faults = [{ error: 0x1200 }, "drop", { slow: 5, of: { error: 0x1001 } }] as const;
    let at = 0;
    const database = await openDatabase(t, {
      respond: (query) => (query.pageState === "2" && at < faults.length ? faults[at++]! : table.respond(query)),
    });
    const { store } = openKeyspaces(t, database.port, { timing: { ...QUICK, tries: 8 } });
    assert.equal((await collect(store.scan(signal))).length, 6);
    assert.deepEqual(
      database.queries.map(({ pageState }) => pageState),
      [undefined, "2", "2", "2", "2", "4"],
    );
  });

  it("go on behind pages that are empty", async (t) => {
    const [a, b] = numbered(2);
    const pages = [pageOf([], "1"), pageOf([a!], "2"), pageOf([], "3"), pageOf([], "4"), pageOf([b!], "5"), pageOf([])];
    const database = await openDatabase(t, { respond: ({ pageState = "0" }) => ({ page: pages[Number(pageState)]! }) });
    const { store } = openKeyspaces(t, database.port);
    assert.equal((await collect(store.scan(signal))).length, 2);
    assert.equal(database.queries.length, 6);
  });

  it("hold a slow answer for lost, and dial again", async (t) => {
    const table = cqlTable(FIXTURE);
    let hung = 0;
    const database = await openDatabase(t, { respond: (query) => (hung++ === 0 ? "hang" : table.respond(query)) });
    const { store } = openKeyspaces(t, database.port, { timing: { ...QUICK, answerMs: 50 } });
    assert.ok(await store.get("acme", signal));
    assert.ok(database.connections.accepted >= 2);
    await eventually("the lost connection is closed", () => database.connections.open === 1);
  });

  it("stop at once when nobody wants the answer any more", async (t) => {
    const database = await openDatabase(t, { respond: () => "hang" });
    const { store } = openKeyspaces(t, database.port);
    const stop = new AbortController();
    const answer = fault(collect(store.scan(stop.signal)));
    await eventually("it is asked", () => database.queries.length === 1);
    const started = performance.now();
    stop.abort(new Error("shutting down"));
    assert.equal(await answer, "scan tenant_ops.tenant_configs on HOST: aborted: aborted: shutting down");
    assert.ok(performance.now() - started < QUICK.answerMs / 2);
  });

  it("come back by themselves when the database does, each time", async (t) => {
    const database = await openDatabase(t, cqlTable(FIXTURE));
    await database.refuse();
    const { store } = openKeyspaces(t, database.port);
    for (let round = 0; round < 3; round++) {
      const text = await fault(collect(store.scan(signal)));
      assert.match(
        text,
        /^scan tenant_ops\.tenant_configs on HOST: (connection refused|no host is up|connection lost)/,
      );
      await database.resume();
      assert.equal((await collect(store.scan(signal))).length, 5);
      await database.refuse();
    }
  });

  it("hold one connection, however often it was lost while nobody asked", async (t) => {
    const database = await openDatabase(t, cqlTable(FIXTURE));
    const { store } = openKeyspaces(t, database.port);
    for (let loss = 0; loss < 5; loss++) {
      assert.ok(await store.get("acme", signal));
      assert.equal(database.connections.open, 1);
      database.hangUp();
      await eventually("it is seen", () => database.connections.open === 0);
    }
    assert.equal(database.connections.accepted, 5);
  });

  it("close what they have opened, also while it is being opened", async (t) => {
    const database = await openDatabase(t, cqlTable(FIXTURE));
    const { store } = openKeyspaces(t, database.port);
    const answer = store.get("acme", signal).catch(() => undefined);
    await eventually("it dials", () => database.connections.accepted === 1);
    await store.close();
    await eventually("all connections are closed", () => database.connections.open === 0);
    await answer;
    assert.match(await fault(store.get("acme", signal)), /the store is closed/);
  });
});
