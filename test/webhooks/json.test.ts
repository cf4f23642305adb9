import assert from "node:assert/strict";
import { test } from "node:test";
import { isCopyable, isObject, isUnset, nestsDeeper, own, stringMap } from "../../webhooks/json.ts";

test("finds own properties and no inherited ones", () => {
  const parsed: unknown = JSON.parse('{"a": 1, "__proto__": {"b": 2}}');
  assert.equal(own(parsed, "a"), 1);
  assert.equal(own(parsed, "b"), undefined);
  assert.deepEqual(own(parsed, "__proto__"), { b: 2 });
  for (const key of ["constructor", "toString", "__proto__"]) assert.equal(own({}, key), undefined);
});

test("finds nothing in what is no object", () => {
  for (const value of [undefined, null, "text", 1, true, ["a"]]) {
    assert.equal(own(value, "length"), undefined);
    assert.equal(isObject(value), false);
  }
});

test("takes an object with a key __proto__ for one that cannot be copied", () => {
  assert.equal(isCopyable({ a: 1 }), true);
  assert.equal(isCopyable(JSON.parse('{"__proto__": 1}')), false);
  assert.equal(isCopyable([]), false);
});

test("takes absent, null and empty for not set, and nothing else", () => {
  for (const value of [undefined, null, ""]) assert.equal(isUnset(value), true);
  for (const value of [0, false, " ", [], {}]) assert.equal(isUnset(value), false);
});

test("reads a map of strings, and refuses a map with anything else in it", () => {
  assert.deepEqual(stringMap({ a: "1" }), { a: "1" });
  assert.deepEqual(stringMap(null), {});
  assert.deepEqual(stringMap(undefined), {});
  for (const value of ["text", [], { a: 1 }, { a: "1", b: null }, JSON.parse('{"__proto__": "x"}')])
    assert.equal(stringMap(value), undefined);
});

test("counts levels of objects and lists", () => {
  const three: unknown = JSON.parse('{"a": [{"b": 1}], "c": 2}');
  assert.equal(nestsDeeper(three, 3), false);
  assert.equal(nestsDeeper(three, 2), true);
  assert.equal(nestsDeeper([[[1]]], 3), false);
  assert.equal(nestsDeeper([1, [[1]]], 2), true);
  assert.equal(nestsDeeper("text", 0), false);
  assert.equal(nestsDeeper(null, 0), false);
  assert.equal(nestsDeeper({}, 0), true);
});

test("looks no deeper than its bound", () => {
  const bomb: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
  assert.equal(nestsDeeper(bomb, 500), true);
});
