import assert from "node:assert/strict";
import { test } from "node:test";
import { isSurelyString, isSurelyWhole } from "../../../webhooks/patch-text/plain-scalar.ts";

const STRINGS = [
  "add",
  "/metadata/labels",
  "app.kubernetes.io/name",
  "v1",
  "apps/v1",
  "00-init.sql",
  "99-a.conf",
  "x1",
  "$patch",
];
const WORDS = [
  "y",
  "Y",
  "n",
  "yes",
  "No",
  "on",
  "OFF",
  "true",
  "False",
  "null",
  "~",
  "=",
  "<<",
  ".inf",
  "-.INF",
  ".NaN",
];
const NUMBERS = [
  "0",
  "1",
  "-1",
  "+1",
  "012",
  "0o14",
  "0x1F",
  "0b11",
  "1_000",
  "+_1",
  "._1",
  "1.5",
  ".5",
  "1e3",
  "1.",
  "12:30",
  "1:30:00.5",
];
const TIMES = ["2001-12-14", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 Z"];

for (const plain of STRINGS) test(`takes ${plain} for a string`, () => assert.ok(isSurelyString(plain)));
for (const plain of [...WORDS, ...NUMBERS, ...TIMES]) {
  test(`is not certain that ${plain} is a string`, () => assert.ok(!isSurelyString(plain)));
}

const WHOLE = ["a", "a b", "nginx:1.2", "http://x:80/y", "--flag=x", "a/b", "$(X)", "-1", "50%"];
for (const plain of WHOLE) {
  test(`takes ${plain} for one scalar within brackets`, () => assert.ok(isSurelyWhole(plain, { inBrackets: true })));
}
for (const plain of [
  "a:",
  "a: b",
  "a?b",
  "a#b",
  "*a",
  "&a",
  "!a",
  "a{",
  "a]",
  "a,b",
  'a"b',
  "a'b",
  "a\tb",
  "a\nb",
  "|",
  ">",
  "@a",
  "`a",
  "%a",
]) {
  test(`is not certain that ${JSON.stringify(plain)} is one within brackets`, () =>
    assert.ok(!isSurelyWhole(plain, { inBrackets: true })));
}
test("minds but tabs elsewhere", () => {
  for (const plain of ["a{", "a,b", "a#b", ":8080", "a\nb"]) assert.ok(isSurelyWhole(plain, { inBrackets: false }));
  assert.ok(!isSurelyWhole("a\tb", { inBrackets: false }));
});
