import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOperation } from "../../../webhooks/patch-text/operation.ts";
import type { StrictValue } from "../../../webhooks/patch-text/strict-yaml.ts";

const READ: readonly (readonly [what: string, found: StrictValue, operation: object])[] = [
  ["add", { op: "add", path: "/a~1b", value: null }, { op: "add", path: ["a/b"], value: null }],
  ["replace", { op: "replace", path: "", value: "x" }, { op: "replace", path: [], value: "x" }],
  ["test", { op: "test", path: "/a", value: ["x"] }, { op: "test", path: ["a"], value: ["x"] }],
  ["remove", { op: "remove", path: "/a" }, { op: "remove", path: ["a"] }],
  [
    "remove with a value, which counts for nothing",
    { op: "remove", path: "/a", value: "x" },
    { op: "remove", path: ["a"] },
  ],
  ["move", { op: "move", path: "/a", from: "/b" }, { op: "move", path: ["a"], from: ["b"] }],
  ["copy", { op: "copy", path: "/a", from: "/b" }, { op: "copy", path: ["a"], from: ["b"] }],
  ["members that nobody knows", { op: "remove", path: "/a", comment: "x" }, { op: "remove", path: ["a"] }],
];
for (const [what, found, operation] of READ) {
  test(`reads ${what}`, () => assert.deepEqual(parseOperation(found, 0), operation));
}

const REFUSED: readonly (readonly [what: string, found: StrictValue, reason: RegExp])[] = [
  ["null", null, /is no object/],
  ["a text", "add", /is no object/],
  ["a list", [], /is no object/],
  ["no op", { path: "/a" }, /no op that is one of/],
  ["an op in capitals", { op: "Add", path: "/a", value: "x" }, /no op that is one of/],
  ["an unknown op", { op: "merge", path: "/a", value: "x" }, /no op that is one of/],
  ["an op that is no text", { op: null, path: "/a" }, /no op that is one of/],
  ["no path", { op: "remove" }, /no path that is a JSON pointer/],
  ["a path that is no text", { op: "remove", path: null }, /no path/],
  ["a list for a path", { op: "remove", path: ["a"] }, /no path/],
  ["a path with something before it", { op: "remove", path: "x/metadata/namespace" }, /no path/],
  ["a path with an unknown escape", { op: "remove", path: "/a~2b" }, /no path/],
  ["a move from nowhere", { op: "move", path: "/a" }, /no from that is a JSON pointer/],
  ["a copy from what is no pointer", { op: "copy", path: "/a", from: "b" }, /no from/],
  ["an add of nothing", { op: "add", path: "/a" }, /has no value/],
  ["a replacement by nothing", { op: "replace", path: "/a" }, /has no value/],
  ["a member in capitals", { op: "remove", path: "/a", PATH: "/b" }, /in capital letters/],
];
for (const [what, found, reason] of REFUSED) {
  test(`refuses ${what}, and says where`, () => {
    assert.throws(() => parseOperation(found, 7), { message: reason });
    assert.throws(() => parseOperation(found, 7), { message: /^has at \[7\] an operation that / });
  });
}
