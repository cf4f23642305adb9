import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { JsonFault, readJson } from "../../../../src/cli/review/json-values.ts";

test("finds each value with its text and its line", () => {
  const text = '{"a": 1}\n\n{"b":\n [2]}{"c": "}{"} [1,\n{}]\n';
  assert.deepEqual(readJson(text), [
    { value: { a: 1 }, text: '{"a": 1}', line: 1 },
    { value: { b: [2] }, text: '{"b":\n [2]}', line: 3 },
    { value: { c: "}{" }, text: '{"c": "}{"}', line: 4 },
    { value: [1, {}], text: "[1,\n{}]", line: 4 },
  ]);
});

test("refuses a key twice in one object, however it is written", () => {
  for (const text of ['{"a": 1, "a": 2}', '{"a": 1, "\\u0061": 2}', '{"x": [{"a": {}, "b": 1, "a": []}]}']) {
    assert.throws(() => readJson(text), /key twice/);
  }
  assert.equal(readJson('{"a": {"a": "a", "b": "a"}, "b": ["a", "a"]}').length, 1);
});

test("says where it ends to be JSON, and gives what came before", () => {
  for (const [text, line] of [
    ['{"a": 1}\n{"b": }', 2],
    ['{"a": 1}\nnonsense {}', 2],
    ['{"a": 1}\n}', 2],
    ['{"a": 1}\n{"b": {', 2],
    ['{"a": 1}\n---\n{"b": 1}', 3],
    ['{"a": 1}\n"hunter2', 2],
  ] as const) {
    assert.throws(
      () => readJson(text),
      (error: unknown) =>
        error instanceof JsonFault &&
        error.line === line &&
        error.values.length === 1 &&
        !error.message.includes("hunter2"),
      text,
    );
  }
});

test("reads whatever JSON.stringify writes, strung together", () => {
  const object = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  fc.assert(
    fc.property(fc.array(object), fc.constantFrom("", " ", "\n", "\r\n\t"), (values, between) => {
      const read = readJson(values.map((value) => JSON.stringify(value)).join(between));
      assert.equal(JSON.stringify(read.map(({ value }) => value)), JSON.stringify(values));
    }),
  );
});
