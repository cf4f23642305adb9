import assert from "node:assert/strict";
import { test } from "node:test";
import { generatorsIn } from "../../../webhooks/validating/generators.ts";

const read = (list: unknown): [string[], string[]] => {
  const { generators, wrong } = generatorsIn(list, "g");
  return [generators.map(({ field, kind }) => `${field} ${kind}`), wrong.map(({ field }) => field)];
};
const nested = (levels: number): unknown[] =>
  levels === 0 ? [{ list: {} }] : [{ matrix: { generators: nested(levels - 1) } }];

test("finds every generator with its settings, outer ones first", () => {
  const list = [
    { list: { a: 1 } },
    { matrix: { generators: [{ git: {} }, { merge: { generators: [{ list: {} }] } }] } },
  ];
  assert.deepEqual(read(list), [
    [
      "g[0] list",
      "g[1] matrix",
      "g[1].matrix.generators[0] git",
      "g[1].matrix.generators[1] merge",
      "g[1].matrix.generators[1].merge.generators[0] list",
    ],
    [],
  ]);
  assert.deepEqual(generatorsIn(list, "g").generators[0]?.settings, { a: 1 });
});

test("finds nothing where there is nothing", () => {
  for (const list of [undefined, null, []]) assert.deepEqual(read(list), [[], []]);
});

test("tells an item that holds no generator", () => {
  assert.deepEqual(read([{}, { list: null }, { selector: "x" }, { list: {}, git: null }]), [
    ["g[3] list"],
    ["g[0]", "g[1]", "g[2]"],
  ]);
});

test("finds all kinds of one item, whatever they are called, but its selector", () => {
  const item: unknown = JSON.parse('{"list": {}, "selector": {}, "clusters": {}, "__proto__": {}, "Selector": {}}');
  assert.deepEqual(read([item]), [["g[0] list", "g[0] clusters", "g[0] __proto__", "g[0] Selector"], []]);
});

test("tells what is no generator", () => {
  assert.deepEqual(read("x"), [[], ["g"]]);
  assert.deepEqual(read([null, { list: 1, git: {} }, []]), [["g[1] git"], ["g[0]", "g[2]", "g[1].list"]]);
  assert.deepEqual(read([{ matrix: { generators: {} } }]), [["g[0] matrix"], ["g[0].matrix.generators"]]);
});

test("reads no deeper than Argo CD nests", () => {
  assert.deepEqual(read(nested(2))[1], []);
  assert.equal(read(nested(2))[0].length, 3);
  assert.deepEqual(read(nested(3))[1], ["g[0].matrix.generators[0].matrix.generators[0].matrix.generators"]);
  assert.equal(read(nested(400))[1].length, 1);
  assert.deepEqual(read([{ a: { generators: [{ b: { generators: [{ c: { generators: [] } }] } }] } }])[1], []);
});

test("reads no more kinds of one item than there are", () => {
  const item = (count: number): unknown =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, {}]));
  assert.deepEqual([read([item(20)])[0].length, read([item(20)])[1]], [20, []]);
  assert.deepEqual([read([item(21)])[0].length, read([item(21)])[1]], [20, ["g[0]"]]);
});
