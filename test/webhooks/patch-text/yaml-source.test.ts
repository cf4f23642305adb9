import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEvents } from "js-yaml";
import { closeSource, openSource, readScalar, UnreadableYaml } from "../../../webhooks/patch-text/yaml-source.ts";

/** What each scalar of a text is; throws UnreadableYaml. */
function scalars(text: string, { isJson = false, inBrackets = false } = {}): (string | null)[] {
  const source = openSource(text, { isJson });
  const values = parseEvents(text, {}).flatMap((event) =>
    "style" in event && "chomping" in event ? [readScalar(source, event, { inBrackets })] : [],
  );
  closeSource(source);
  return values;
}

test("gives texts as they are, and null for what may be none", () => {
  assert.deepEqual(scalars("- a\n- 'b'\n- \"\\x63\"\n- 1\n- yes\n-\n- |\n  d\n- e\n  f\n- 'g\n  h'\n"), [
    "a",
    "b",
    "c",
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("takes blanks, punctuation, comments, anchors and heads of blocks between them", () => {
  for (const text of [
    "# a\nb: c # d\n\n# e",
    "- - b\n  - {c: [d, e]}\n",
    "a: &b c\nd: *b\n",
    "a: |2- # b\n   c\nd: >+\n  e\n",
    '{"a":"b","c": d}',
  ]) {
    assert.ok(scalars(text).length > 0, text);
  }
});

test("takes nothing else between them", () => {
  for (const text of ["a: !b c\n", "!!map {a: b}\n", "a:\tb\n", "? a\n: b\n", "a: &b.c d\n", "{a:}\n"]) {
    assert.throws(() => scalars(text), UnreadableYaml, text);
  }
});

test("takes tabs, but no comments, between values of JSON", () => {
  assert.deepEqual(scalars('{\n\t"a":\t"b"\n}', { isJson: true }), ["a", "b"]);
  assert.throws(() => scalars('{"a": "b"} # c', { isJson: true }), UnreadableYaml);
});

test("refuses plain texts whose end is not certain", () => {
  assert.deepEqual(scalars("a: b,c\n"), ["a", "b,c"]);
  assert.throws(() => scalars("a: b'c\n", { inBrackets: true }), UnreadableYaml);
});

test("is quick with long comments and many of them", () => {
  const started = performance.now();
  for (const text of [`a: b #${",".repeat(200_000)}\nc: !d e\n`, `a: b\n${"#,,,,,,\n".repeat(25_000)}c: !d e\n`]) {
    assert.throws(() => scalars(text), UnreadableYaml);
  }
  assert.ok(performance.now() - started < 500);
});
