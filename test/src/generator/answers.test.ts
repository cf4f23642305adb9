import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createAnswers } from "../../../src/generator/answers.ts";
import type { KeyBaseline } from "../../../src/generator/baseline.ts";
import type { Filter } from "../../../src/generator/input.ts";
import { type Snapshot, takeSnapshot } from "../../../src/generator/snapshot.ts";
import type { TenantRow } from "../../../src/tenants/row.ts";
import {
  ACME,
  BETA,
  createMemoryTenantStore,
  EPSILON,
  FIVE_ROWS,
  tenantRow,
  tenantRows,
} from "../../helpers/memory-store.ts";

const snapshotOf = (rows: readonly TenantRow[]): Promise<Snapshot> =>
  takeSnapshot(createMemoryTenantStore(rows), new AbortController().signal);
const FIVE = FIVE_ROWS.flatMap((row) => (row.ok ? [row.row] : []));

function entry(name: string, served: ReadonlySet<string>, filter?: Filter): KeyBaseline {
  const key = { applicationSetName: name, ...(filter === undefined ? {} : { filter }) };
  return { key, served, pending: new Map(), asked: 0 };
}

async function made(rows: readonly TenantRow[], held: readonly TenantRow[] = []) {
  const snapshot = await snapshotOf(rows);
  const byId = new Map(held.map((row) => [row.tenantId, row]));
  return { snapshot, answers: createAnswers({ snapshot, rows: byId, paramsOverride: false }) };
}

const parametersOf = (bytes: { body: Buffer } | undefined): { tenantId: string }[] =>
  JSON.parse(String(bytes?.body)).output.parameters;

test("writes every tenant in order, and the same compressed", async () => {
  const { snapshot, answers } = await made(FIVE);
  const bytes = await answers.of(entry("a", snapshot.matching(undefined)));
  assert.deepEqual(JSON.parse(String(bytes?.body)), { output: { parameters: [ACME, BETA, EPSILON] } });
  assert.deepEqual(gunzipSync(bytes?.gzipped ?? ""), bytes?.body);
});

test("writes an explicit empty list", async () => {
  const { snapshot, answers } = await made(FIVE);
  const filter = { key: "region", value: "nowhere" };
  assert.equal(
    String((await answers.of(entry("a", snapshot.matching(filter), filter)))?.body),
    '{"output":{"parameters":[]}}',
  );
});

test("writes thousands of tenants as one list", async () => {
  const { snapshot, answers } = await made(tenantRows(2_500));
  const ids = parametersOf(await answers.of(entry("a", snapshot.matching(undefined)))).map(({ tenantId }) => tenantId);
  assert.deepEqual(ids, [...snapshot.rows.keys()]);
});

test("puts held tenants where they belong", async () => {
  const { answers } = await made([tenantRow("a"), tenantRow("c")], [tenantRow("b", { repoPath: "as it was" })]);
  const bytes = await answers.of(entry("s", new Set(["a", "c", "b"])));
  assert.deepEqual(
    parametersOf(bytes).map(({ tenantId }) => tenantId),
    ["a", "b", "c"],
  );
  assert.match(String(bytes?.body), /as it was/);
});

test("serves the registry's row where it fits, and the held one where it does not", async () => {
  const filter = { key: "region", value: "eu" };
  const held = tenantRow("a", { labels: { region: "eu" }, repoPath: "as it was" });
  const { snapshot, answers } = await made([tenantRow("a", { repoPath: "as it is" })], [held]);
  assert.match(String((await answers.of(entry("all", snapshot.matching(undefined))))?.body), /as it is/);
  assert.match(String((await answers.of(entry("eu", new Set(["a"]), filter)))?.body), /as it was/);
});

test("has no answer where a tenant must be in it of which nothing is known", async () => {
  const { answers } = await made([tenantRow("a")]);
  assert.equal(answers.of(entry("s", new Set(["a", "b"]))), undefined);
});

test("writes the same bytes once, whoever asks for them", async () => {
  const { snapshot, answers } = await made([tenantRow("a")], [tenantRow("b")]);
  const clean = snapshot.matching(undefined);
  assert.equal(answers.of(entry("one", clean)), answers.of(entry("two", new Set(clean))));
  const held = answers.of(entry("one", new Set(["a", "b"])));
  assert.notEqual(held, answers.of(entry("one", clean)));
  assert.equal(held, answers.of(entry("one", new Set(["b", "a"]))));
});

test("gives equal bytes for equal data", async () => {
  const rows = tenantRows(50, { labels: { b: "1", a: "2" }, params: { z: "1", y: "2" } });
  const turned = rows.toReversed().map((row) => ({ ...row, labels: { a: "2", b: "1" }, params: { y: "2", z: "1" } }));
  const [one, two] = await Promise.all(
    [rows, turned].map(async (order) => {
      const { snapshot, answers } = await made(order);
      return answers.of(entry("a", snapshot.matching(undefined)));
    }),
  );
  assert.deepEqual(one, two);
});
