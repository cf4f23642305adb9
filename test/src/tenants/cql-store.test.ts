import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describe as inWords, TerminalError } from "../../../src/model/errors.ts";
import { type Asked, type CqlPage, createCqlStore } from "../../../src/tenants/cql-store.ts";
import { columnsOf } from "../../../src/tenants/row.ts";
import type { Statement } from "../../../src/tenants/tenant-table.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { collect } from "../../helpers/collect.ts";
import { createTestLog } from "../../helpers/log.ts";
import { numberedRow, rowOf } from "../../helpers/tenant-rows.ts";

const never = new AbortController().signal;
const TEXT = { code: 0x0d };
const MAP = { code: 0x21, info: [TEXT, TEXT] };
const COLUMNS = [
  ...["tenant_id", "namespace", "target_cluster", "repo_url", "repo_path"].map((name) => ({ name, type: TEXT })),
  { name: "enabled", type: { code: 0x04 } },
  ...["labels", "params"].map((name) => ({ name, type: MAP })),
];
const page = (numbers: number[], next: string | null = null): CqlPage => ({
  rows: numbers.map((number) => columnsOf(rowOf(numberedRow(number)))),
  columns: COLUMNS,
  next,
});
const timedOut = Object.assign(new Error("hunter2"), { code: 0x1200 });

/** A store whose session answers in order; the last answer is given again and again. */
function setup(...answers: (CqlPage | Error | "hang")[]) {
  const clock = createTestClock();
  const { log, lines } = createTestLog();
  const asked: { statement: Statement; asked: Asked }[] = [];
  const store = createCqlStore({
    name: "test",
    place: { host: "db:9142", serverName: "db", region: "r", keyspace: "ops", table: "configs" },
    timing: { scanMs: 60_000, callMs: 20_000, tries: 3, backoff: { baseMs: 1_000, maxMs: 8_000 } },
    clock,
    log,
    random: () => 1,
    open: () =>
      Promise.resolve({
        execute(statement, what) {
          asked.push({ statement, asked: what });
          assert.ok(asked.length < 100, "it asks for ever");
          const answer = answers.length > 1 ? answers.shift() : answers[0];
          if (answer instanceof Error) return Promise.reject(answer);
          return answer === "hang" || answer === undefined
            ? Promise.withResolvers<CqlPage>().promise
            : Promise.resolve(answer);
        },
        alive: () => true,
        close: () => Promise.resolve(),
      }),
  });
  return { store, clock, asked, lines };
}

const faultOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no fault",
    (error: unknown) => `${error instanceof TerminalError ? "terminal: " : ""}${inWords(error)}`,
  );

describe("a tenant store over CQL", () => {
  it("scans page after page, past empty ones, until there is none", async () => {
    const { store, asked } = setup(page([], "a"), page([1, 2], "b"), page([], "c"), page([3], "d"), page([]));
    const ids = (await collect(store.scan(never))).map((row) => (row.ok ? row.row.tenantId : ""));
    assert.deepEqual(ids, ["t-1", "t-2", "t-3"]);
    assert.deepEqual(
      asked.map(({ asked: { read, ...rest } }) => [read, Object.values(rest)]),
      [
        [true, []],
        [true, ["a"]],
        [true, ["b"]],
        [true, ["c"]],
        [true, ["d"]],
      ],
    );
  });

  for (const [what, answers, says] of [
    ["an answer without rows", [{ ...page([]), rows: undefined }], "the server's answer holds no rows, not even none"],
    ["an answer without columns", [{ ...page([]), columns: [] }], "column tenant_id is missing"],
    ["an empty state", [page([1], "")], "the server says that there is more, but not where"],
    [
      "a state that comes again",
      [page([1], "a"), page([], "b"), page([], "a")],
      "the server says that there is more, but not where",
    ],
    [
      "a tenant that comes again",
      [page([1], "a"), page([1])],
      `tenant "t-1" comes twice: tenant_id must be the table's whole primary key`,
    ],
  ] as const) {
    it(`takes ${what} for no answer`, async () => {
      const { store } = setup(...answers);
      const text = await faultOf(collect(store.scan(never)));
      assert.ok(text.startsWith(`terminal: scan ops.configs on db:9142: ${says}`), text);
    });
  }

  it("flags a row that is bad, and gives the others", async () => {
    const bad = { ...columnsOf(rowOf(numberedRow(1))), namespace: null };
    const { store } = setup({ ...page([2]), rows: [bad, columnsOf(rowOf(numberedRow(2)))] });
    assert.deepEqual(
      (await collect(store.scan(never))).map(({ ok }) => ok),
      [false, true],
    );
  });

  it("gives several rows without an id as bad ones: they are no one's twice", async () => {
    const bad = { ...columnsOf(rowOf(numberedRow(1))), tenant_id: null };
    const { store } = setup({ ...page([]), rows: [bad, bad] });
    assert.equal((await collect(store.scan(never))).length, 2);
  });

  it("waits between tries, and says so in the log without the server's words", async () => {
    const { store, clock, asked, lines } = setup(page([1], "a"), timedOut, timedOut, page([2]));
    const scan = collect(store.scan(never));
    await clock.advance(1_000);
    assert.equal(asked.length, 3);
    await clock.advance(2_000);
    assert.equal((await scan).length, 2);
    const reason = "timeout in the server, or throttled: CQL error 0x1200";
    const line = {
      level: "warn",
      message: "tenant database: trying again",
      fields: { verb: "scan", table: "ops.configs", reason },
    };
    assert.deepEqual(lines, [line, line]);
  });

  it("throws behind the first pages when a later one fails for good", async () => {
    const { store, clock } = setup(page([1], "a"), timedOut);
    const got: unknown[] = [];
    const scan = (async () => {
      for await (const row of store.scan(never)) got.push(row);
    })();
    const text = faultOf(scan);
    await clock.advance(10_000);
    assert.equal(await text, "scan ops.configs on db:9142: timeout in the server, or throttled: CQL error 0x1200");
    assert.equal(got.length, 1);
  });

  it("ends a scan when its time is over, and leaves no timer", async () => {
    const { store, clock } = setup(page([1], "a"), "hang");
    const text = faultOf(collect(store.scan(never)));
    await clock.advance(60_000);
    assert.match(await text, /^scan ops\.configs on db:9142: not done within 60000 ms/);
    assert.equal(clock.pending(), 0);
  });

  it("ends a call when its time is over, or when nobody wants it any more", async () => {
    const { store, clock } = setup("hang");
    const late = faultOf(store.get("t-1", never));
    await clock.advance(20_000);
    assert.match(await late, /^get ops\.configs on db:9142: not done within 20000 ms/);
    const stop = new AbortController();
    const stopped = faultOf(store.put(rowOf(numberedRow(1)), stop.signal));
    stop.abort(new Error("enough"));
    assert.equal(await stopped, "put ops.configs on db:9142: aborted: aborted: enough");
    assert.equal(clock.pending(), 0);
  });

  it("stops in the middle of a page when nobody wants it any more", async () => {
    const stop = new AbortController();
    const { store } = setup(page([1, 2, 3]));
    const seen: unknown[] = [];
    const scan = (async () => {
      for await (const row of store.scan(stop.signal)) {
        seen.push(row);
        stop.abort();
      }
    })();
    assert.match(await faultOf(scan), /aborted/);
    assert.equal(seen.length, 1);
  });

  it("leaves no timer when its reader stops early", async () => {
    const { store, clock } = setup(page([1, 2], "a"), page([3]));
    for await (const _ of store.scan(never)) break;
    assert.equal(clock.pending(), 0);
  });

  it("writes nothing into a table whose columns have other types", async () => {
    const { store, asked } = setup({ ...page([]), columns: COLUMNS.map((column) => ({ ...column, type: TEXT })) });
    assert.match(await faultOf(store.put(rowOf(numberedRow(1)), never)), /column enabled is text, but must be boolean/);
    assert.match(await faultOf(store.remove("t-1", never)), /column enabled is text, but must be boolean/);
    assert.ok(asked.every(({ asked: { read } }) => read));
  });

  it("sends nothing for a row that is bad", async () => {
    const { store, asked } = setup(page([]));
    assert.match(
      await faultOf(store.put({ ...rowOf(numberedRow(1)), repoPath: "" }, never)),
      /^terminal: write tenant "t-1": repo_path/,
    );
    assert.equal(asked.length, 0);
  });
});
