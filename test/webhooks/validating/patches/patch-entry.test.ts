import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, lengthOf, readPatches } from "../../../../webhooks/validating/patches/patch-entry.ts";
import type { Form } from "../../../../webhooks/validating/patches/patch-lists.ts";

const list = (form: Form, patches: unknown) => ({ field: "f", form, patches });
const TEXT = { patch: "- {op: remove, path: /é}\n" };

test("counts entries of any type", () => {
  assert.equal(lengthOf(list("text", [TEXT, null, 1])), 3);
  for (const patches of [undefined, null, "abc", { length: 3 }]) assert.equal(lengthOf(list("text", patches)), 0);
});

test("counts bytes, of objects those of their JSON", () => {
  assert.equal(bytesOf(list("text", [TEXT, TEXT, null, { patch: 1 }])), 2 * Buffer.byteLength(TEXT.patch));
  assert.equal(bytesOf(list("merge", [{ a: "b" }])), '{"a":"b"}'.length);
  assert.equal(bytesOf(list("operations", [{ patch: [{ op: "x" }] }])), '[{"op":"x"}]'.length);
});

test("reads each form as the text that kustomize gets", () => {
  const operations = [{ op: "remove", path: ["é"] }];
  assert.deepEqual(readPatches(list("text", [TEXT])), [{ operations, aliasNodes: 0 }]);
  const written = { patch: [{ op: "remove", path: "/é" }] };
  assert.deepEqual(readPatches(list("operations", [written])), [{ operations, aliasNodes: 0 }]);
  const [merge] = readPatches(list("merge", [{ kind: "A", metadata: { name: "a" } }]));
  assert.ok(merge !== undefined && "documents" in merge);
});

test("reads nothing of a wrong type", () => {
  assert.deepEqual(readPatches(list("text", [null, "x", { patch: {} }])), [undefined, undefined, undefined]);
  assert.deepEqual(readPatches(list("merge", ["x", []])), [undefined, undefined]);
  assert.deepEqual(readPatches(list("operations", [{ patch: "[]" }, {}])), [undefined, undefined]);
  assert.deepEqual(readPatches(list("text", "x")), []);
});

test("reads a list once", () => {
  const patches = [TEXT];
  assert.equal(readPatches(list("text", patches)), readPatches(list("text", patches)));
  assert.notEqual(readPatches(list("text", patches)), readPatches(list("text", [TEXT])));
});

test("reads a list that two fields share as each of them has it", () => {
  const patches = [{ kind: "A", metadata: { name: "a" }, patch: "- {op: test, path: /a, value: 1}\n" }];
  const [merge] = readPatches(list("merge", patches));
  const [text] = readPatches(list("text", patches));
  assert.ok(merge !== undefined && "documents" in merge);
  assert.ok(text !== undefined && "operations" in text);
});
