import assert from "node:assert/strict";
import { test } from "node:test";
import { dateIn, warningsIn } from "../../../src/kube/head.ts";

test("reads the server's clock, and says nothing where there is none", () => {
  assert.equal(dateIn("Thu, 01 Jan 2026 00:00:30 GMT"), Date.parse("2026-01-01T00:00:30Z"));
  for (const header of [undefined, "", "yesterday", []]) assert.equal(dateIn(header), undefined);
});

test("reads every warning, whatever is quoted in it", () => {
  const header = '299 - "K2 is \\"kube-system\\", not it", 299 - "second"';
  assert.deepEqual(warningsIn(header), ['K2 is "kube-system", not it', "second"]);
  assert.deepEqual(warningsIn(['299 - "a"', '299 kube "b"']), ["a", "b"]);
  assert.deepEqual(warningsIn(undefined), []);
});
