import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { type Baseline, type KeyBaseline, NO_BASELINE } from "../../../src/generator/baseline.ts";
import { readBaseline, writeBaseline } from "../../../src/generator/baseline-text.ts";
import { canonical } from "../../../src/generator/input.ts";
import { REFUSAL_REASONS } from "../../../src/generator/refusal.ts";
import { tenantRow } from "../../helpers/memory-store.ts";

const text = fc.string({ unit: "binary", maxLength: 8 });
const map = fc
  .dictionary(text, text, { maxKeys: 3 })
  .map((made) => Object.fromEntries([["__proto__", "x"], ...Object.entries(made)]));
const entry: fc.Arbitrary<KeyBaseline> = fc
  .record({
    name: text,
    filter: fc.option(fc.record({ key: text, value: text }, { noNullPrototype: true }), { nil: undefined }),
    served: fc.uniqueArray(text, { maxLength: 20 }),
    pending: fc.uniqueArray(fc.tuple(text, fc.nat(5)), { selector: ([id]) => id, maxLength: 3 }),
    refusal: fc.option(
      fc.record(
        { reason: fc.constantFrom(...REFUSAL_REASONS), removals: fc.nat(), of: fc.nat(), allowed: fc.nat() },
        { noNullPrototype: true },
      ),
      { nil: undefined },
    ),
    asked: fc.nat(),
  })
  .map(({ name, filter, served, pending, refusal, asked }) => ({
    key: { applicationSetName: name, ...(filter === undefined ? {} : { filter }) },
    served: new Set(served),
    pending: new Map(pending),
    ...(refusal === undefined ? {} : { refusal }),
    asked,
  }));
const baselines: fc.Arbitrary<Baseline> = fc
  .record({
    version: fc.nat(),
    hash: text,
    table: fc.constantFrom("unknown", "filled", "empty"),
    entries: fc.array(entry, { maxLength: 6 }),
    rows: fc.array(fc.record({ id: text, labels: map, params: map, enabled: fc.boolean() }), { maxLength: 3 }),
  })
  .map(({ version, hash, table, entries, rows }) => ({
    version,
    hash,
    table,
    keys: new Map(entries.map((one) => [canonical(one.key), one])),
    rows: new Map(rows.map(({ id, ...fields }) => [id, tenantRow(id, fields)])),
  }));

test("reads back what was written, whatever it holds", () => {
  fc.assert(
    fc.property(baselines, (baseline) => {
      const read = readBaseline(writeBaseline(baseline));
      // sets come back in the order of their ids
      const sorted = (one: Baseline) => ({
        ...one,
        keys: [...one.keys].map(([name, { served, ...rest }]) => [name, { ...rest, served: [...served].toSorted() }]),
      });
      assert.deepEqual(sorted(read), sorted(baseline));
    }),
  );
});

test("leaves out the rows where it is told to", () => {
  const baseline = { ...NO_BASELINE, rows: new Map([["a", tenantRow("a")]]) };
  assert.equal(readBaseline(writeBaseline(baseline, { rows: false })).rows.size, 0);
});

test("tells equal sets once, and gives them back as one", () => {
  const entryOf = (name: string, ids: string[]): [string, KeyBaseline] => {
    const key = { applicationSetName: name };
    return [canonical(key), { key, served: new Set(ids), pending: new Map(), asked: 0 }];
  };
  const keys = new Map([entryOf("a", ["x", "y"]), entryOf("b", ["y", "x"]), entryOf("c", ["y"])]);
  const written = writeBaseline({ ...NO_BASELINE, keys });
  assert.equal(JSON.parse(written).sets.length, 2);
  const [a, b] = [...readBaseline(written).keys.values()];
  assert.equal(a?.served, b?.served);
});

test("fits into a ConfigMap with 10,000 tenants and 200 answers", () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `tenant-${(index * 7919) % 99_991}`);
  const keys = Array.from({ length: 200 }, (_, index): [string, KeyBaseline] => {
    const key = { applicationSetName: `set-${index}`, filter: { key: "region", value: `r-${index % 20}` } };
    const served = new Set(ids.filter((_id, at) => at % 20 === index % 20));
    return [canonical(key), { key, served, pending: new Map(), asked: 20_000 }];
  });
  const everybody = { applicationSetName: "all" };
  keys.push([canonical(everybody), { key: everybody, served: new Set(ids), pending: new Map(), asked: 20_000 }]);
  const bytes = gzipSync(writeBaseline({ ...NO_BASELINE, keys: new Map(keys) }), { level: 9 }).length;
  assert.ok(bytes < 100_000, `${bytes} bytes`);
});

const WHOLE = JSON.parse(
  writeBaseline({
    ...NO_BASELINE,
    keys: new Map([["", { key: { applicationSetName: "a" }, served: new Set(["x"]), pending: new Map(), asked: 1 }]]),
    rows: new Map([["x", tenantRow("x")]]),
  }),
);
const KEY = WHOLE.keys[0];
const BROKEN: [string, unknown][] = [
  ["nothing", ""],
  ["half of it", JSON.stringify(WHOLE).slice(0, 50)],
  ["a list", []],
  ["another format", { ...WHOLE, format: 2 }],
  ["no format", { ...WHOLE, format: undefined }],
  ["a version that is no number", { ...WHOLE, version: "1" }],
  ["a version below zero", { ...WHOLE, version: -1 }],
  ["an unknown table", { ...WHOLE, table: "full" }],
  ["no ids", { ...WHOLE, ids: undefined }],
  ["a set that is too short", { ...WHOLE, sets: [""] }],
  ["a key of no set", { ...WHOLE, keys: [{ ...KEY, set: 7 }] }],
  ["a key without a name", { ...WHOLE, keys: [{ ...KEY, name: undefined }] }],
  ["a filter that is text", { ...WHOLE, keys: [{ ...KEY, filter: "x" }] }],
  ["a removal without a count", { ...WHOLE, keys: [{ ...KEY, pending: [["x"]] }] }],
  [
    "a refusal for another reason",
    { ...WHOLE, keys: [{ ...KEY, refusal: { reason: "mood", removals: 1, of: 1, allowed: 1 } }] },
  ],
  ["a row without a namespace", { ...WHOLE, rows: [{ ...WHOLE.rows[0], namespace: null }] }],
  ["a row with labels that are no text", { ...WHOLE, rows: [{ ...WHOLE.rows[0], labels: { a: 1 } }] }],
  ["a row that may be enabled", { ...WHOLE, rows: [{ ...WHOLE.rows[0], enabled: "yes" }] }],
];

for (const [what, document] of BROKEN) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => readBaseline(typeof document === "string" ? document : JSON.stringify(document)),
      /^Error: read baseline: /,
    );
  });
}
