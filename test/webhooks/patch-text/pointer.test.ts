import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatPointer, parsePointer } from "../../../webhooks/patch-text/pointer.ts";

const POINTERS: readonly (readonly [text: string, keys: string[]])[] = [
  ["", []],
  ["/", [""]],
  ["/metadata", ["metadata"]],
  ["/metadata/", ["metadata", ""]],
  ["//metadata", ["", "metadata"]],
  ["/a~1b/c~0d", ["a/b", "c~d"]],
  ["/~01", ["~1"]],
  ["/list/-", ["list", "-"]],
  ["/ metadata", [" metadata"]],
];
for (const [text, keys] of POINTERS) test(`reads "${text}"`, () => assert.deepEqual(parsePointer(text), keys));

for (const text of [
  "metadata",
  "x/metadata/namespace",
  " /metadata",
  "#/metadata",
  "~1metadata",
  "/a~2",
  "/a~",
  "/a~~0",
  "/~",
]) {
  test(`refuses "${text}"`, () => assert.equal(parsePointer(text), undefined));
}

test("reads what it writes", () => {
  fc.assert(fc.property(fc.array(fc.string()), (keys) => assert.deepEqual(parsePointer(formatPointer(keys)), keys)));
});
