import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { takeSnapshot } from "../../../src/generator/snapshot.ts";
import type { Row } from "../../../src/tenants/row.ts";
import { badRow, createMemoryTenantStore, FIVE_ROWS, tenantRow, tenantRows } from "../../helpers/memory-store.ts";

const signal = new AbortController().signal;
const of = (rows: readonly Row[]) =>
  takeSnapshot(
    {
      scan: async function* () {
        yield* rows;
      },
    },
    signal,
  );
const good = (...args: Parameters<typeof tenantRow>): Row => ({ ok: true, row: tenantRow(...args) });
const bad = (id: string, enabled = true): Row => ({ ok: false, bad: badRow(id, enabled) });

test("holds every row in code-unit order, and gives the enabled ones", async () => {
  const snapshot = await of(FIVE_ROWS);
  assert.deepEqual([...snapshot.rows.keys()], ["acme", "beta", "delta", "epsilon", "gamma"]);
  assert.deepEqual([...snapshot.matching(undefined)], ["acme", "beta", "epsilon"]);
  const units = await of(["b", "a-b", "a", "A", "a0", "é"].map((id) => good(id)));
  assert.deepEqual([...units.rows.keys()], ["A", "a", "a-b", "a0", "b", "é"]);
});

test("filters by exactly one label", async () => {
  const snapshot = await of(FIVE_ROWS);
  const ids = (key: string, value: string): string[] => [...snapshot.matching({ key, value })];
  assert.deepEqual(ids("region", "ca-central-1"), ["acme"]);
  for (const value of ["CA-Central-1", "ca-central-1 ", ""]) assert.deepEqual(ids("region", value), []);
  assert.deepEqual(ids("constructor", "x"), []);
  const odd = await of([good("a", { labels: Object.fromEntries([["__proto__", "x"]]) }), good("b")]);
  assert.deepEqual([...odd.matching({ key: "__proto__", value: "x" })], ["a"]);
});

test("gives the same set each time, and does not remember filters without end", async () => {
  const snapshot = await of(FIVE_ROWS);
  const filter = { key: "region", value: "eu-west-1" };
  const found = snapshot.matching(filter);
  assert.equal(snapshot.matching({ ...filter }), found);
  for (let index = 0; index < 1_000; index++) snapshot.matching({ key: "k", value: String(index) });
  assert.notEqual(snapshot.matching(filter), found);
  assert.deepEqual(snapshot.matching(filter), found);
});

test("keeps rows that cannot be read apart, and counts those without an id", async () => {
  const snapshot = await of([good("a"), bad("b"), bad(""), bad("")]);
  assert.deepEqual([...snapshot.rows.keys()], ["a"]);
  assert.deepEqual([...snapshot.bad.keys()], ["b"]);
  assert.equal(snapshot.nameless, 2);
});

test("takes a tenant that is told twice in two ways for a bad row, whichever comes first, and equal rows for one", async () => {
  for (const rows of [
    [good("a"), good("a", { repoPath: "other" })],
    [good("a", { repoPath: "other" }), good("a"), good("a")],
    [good("a", { enabled: false }), good("a")],
    [good("a"), bad("a", false)],
    [bad("a", false), good("a")],
  ]) {
    const snapshot = await of(rows);
    assert.equal(snapshot.rows.size, 0);
    assert.equal(snapshot.bad.get("a")?.enabled, true);
  }
  assert.deepEqual([...(await of([good("a"), good("a")])).rows.keys()], ["a"]);
});

test("has a hash that changes with every field of a row, and with nothing else", async () => {
  const map = { a: "1", b: "2" };
  const base = await of([good("x", { labels: map, params: map })]);
  assert.match(base.hash, /^[0-9a-f]{32}$/);
  const changes: Parameters<typeof tenantRow>[1][] = [
    { enabled: false },
    { namespace: "n" },
    { targetCluster: "c" },
    { repoUrl: "u" },
    { repoPath: "p" },
    { labels: { a: "1" } },
    { params: { a: "1", b: "3" } },
    { labels: { a: "1", b: "2", c: "" } },
  ];
  const hashes = new Set([base.hash]);
  for (const change of changes) hashes.add((await of([good("x", { labels: map, params: map, ...change })])).hash);
  for (const rows of [[], [bad("x")], [bad("x", false)], [bad("")], [bad(""), bad("")]])
    hashes.add((await of(rows)).hash);
  assert.equal(hashes.size, 1 + changes.length + 5);
  const same = await of([good("x", { labels: { b: "2", a: "1" }, params: { b: "2", a: "1" } })]);
  assert.equal(same.hash, base.hash);
});

test("is the same in whatever order the rows come", async () => {
  const rows = fc.uniqueArray(fc.record({ id: fc.stringMatching(/^[a-z]{1,3}$/), kind: fc.nat(3) }), {
    selector: ({ id }) => id,
  });
  await fc.assert(
    fc.asyncProperty(rows, fc.infiniteStream(fc.nat()), async (specs, random) => {
      const made = specs.map(({ id, kind }) => (kind === 0 ? bad(id) : good(id, { enabled: kind > 1 })));
      const shuffled = made
        .map((row) => [random.next().value as number, row] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, row]) => row);
      const [one, two] = [await of(made), await of(shuffled)];
      assert.equal(one.hash, two.hash);
      assert.deepEqual([...one.rows.keys()], [...two.rows.keys()]);
      assert.deepEqual([...one.matching(undefined)], [...two.matching(undefined)]);
    }),
    { numRuns: 50 },
  );
});

test("is none if the scan fails at its end, or is told to stop and ends early", async () => {
  const store = createMemoryTenantStore(tenantRows(3));
  store.failure = new Error("read timeout");
  store.failAfter = 3;
  await assert.rejects(takeSnapshot(store, signal), /read timeout/);
  store.failure = undefined;
  await assert.rejects(takeSnapshot(store, AbortSignal.abort(new Error("stopped"))), /stopped/);
});

test("lets others have their turn while it works on many rows", async () => {
  let turns = 0;
  const counting = (): void => {
    turns++;
    if (turns < 1_000) setImmediate(counting);
  };
  const taking = of(tenantRows(5_000).map((row) => ({ ok: true, row })));
  setImmediate(counting);
  assert.equal((await taking).rows.size, 5_000);
  assert.ok(turns >= 39 && turns < 1_000, `${turns} turns`);
  turns = 1_000;
});
