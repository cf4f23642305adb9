import assert from "node:assert/strict";
import { test } from "node:test";
import { readStrictYaml } from "../../../webhooks/patch-text/strict-yaml.ts";
import { UnreadableYaml } from "../../../webhooks/patch-text/yaml-source.ts";

/** JSON of what it says, which has no prototypes to compare. */
const read = (text: string, isJson = false): unknown =>
  JSON.parse(JSON.stringify(readStrictYaml(text, { isJson }).value ?? "nothing"));

const READ: readonly (readonly [what: string, text: string, value: unknown])[] = [
  ["nothing", "# a comment\n", "nothing"],
  ["blocks", "a:\n  b: c\n  d:\n  - e\n  -\n    f: g\n", { a: { b: "c", d: ["e", { f: "g" }] } }],
  ["brackets", '{a: [b, {c: d}], "e":"f", \'g\': h}', { a: ["b", { c: "d" }], e: "f", g: "h" }],
  ["brackets over several lines", "a: {\n  b: c,\n  d: e\n }\n", { a: { b: "c", d: "e" } }],
  ["escapes of double quotes", '"\\x61\\u0062\\U00000063\\/\\t": "\\"\\\\"', { "abc/\t": '"\\' }],
  ["single quotes", "a: 'it''s \\n'", { a: "it's \\n" }],
  ["comments", "# a\na: b # c\n#d\n\n # e\nf: g#h\n", { a: "b", f: "g#h" }],
  ["a comment after a quote", 'a: "b" # c\n', { a: "b" }],
  [
    "what some take for no text as null",
    "a: y\nb: 012\nc: 1:30\nd: ~\ne:\nf: true\n",
    { a: null, b: null, c: null, d: null, e: null, f: null },
  ],
  [
    "several lines as null",
    'a: |\n  x: y\n  # z\nb: >-\n  x\nc: "x\n  y"\nd: x\n  y\ne: f\n',
    { a: null, b: null, c: null, d: null, e: "f" },
  ],
  ["a block scalar at the end as null", "a: |-\n  x", { a: null }],
  ["indentation indicators", "a: |2\n   b\nc: >1-\n   d\ne: |-2\n   f\n", { a: null, c: null, e: null }],
  ["tabs within texts", "a: 'x\ty'\nb: |\n  \tx\n", { a: "x\ty", b: null }],
  ["aliases", "a: &x {b: c}\nd: *x\ne: [*x]\n", { a: { b: "c" }, d: { b: "c" }, e: [{ b: "c" }] }],
  [
    "keys that are special in JavaScript",
    "__proto__: {a: b}\nconstructor: c\n",
    JSON.parse('{"__proto__": {"a": "b"}, "constructor": "c"}'),
  ],
  ["numbers in quotes", 'a: "1"\n"2": b\n', { a: "1", 2: "b" }],
  [
    "keys of many characters",
    "app.kubernetes.io/name: a\n$patch: b\n00-x.sql: c\nd e: f\n",
    { "app.kubernetes.io/name": "a", $patch: "b", "00-x.sql": "c", "d e": "f" },
  ],
];
for (const [what, text, value] of READ) test(`reads ${what}`, () => assert.deepEqual(read(text), value));

const REFUSED: readonly (readonly [what: string, text: string, reason?: RegExp])[] = [
  ["a key twice", "a: b\na: c\n", /a key twice/],
  ["a key twice, spelt differently", 'a: b\n"\\u0061": c\n', /a key twice/],
  ["a merge key", "a: &x {b: c}\nd:\n  <<: *x\n", /not surely a text/],
  ["a merge key in quotes", 'a: &x {b: c}\nd:\n  "<<": *x\n', /not surely a text/],
  ["a tag of a value", "a: !!binary YQ==\n", /has a tag/],
  ["a tag of a key", "!!str a: b\n", /has a tag/],
  ["a tag of a list", "a: !x [b]\n", /has a tag/],
  ["a directive", "%YAML 1.1\n---\na: b\n"],
  ["two documents", "a: b\n---\nc: d\n"],
  ["a key of two parts", "? a\n: b\n", /`\? `/],
  ["a list for a key", "[a]: b\n", /key that is no text/],
  ["an object for a key", "{a: b}: c\n", /key that is no text/],
  ["an alias for a key", "a: &x y\n*x : b\n", /alias for a key/],
  ["an anchor at a key", "&x a: b\n", /anchor at a key/],
  ["a number for a key", "1: a\n", /quote it/],
  ["yes for a key", "yes: a\n", /quote it/],
  ["nothing for a key", ": a\n", /quote it/],
  ["a key of more than 1000 characters", `${"a".repeat(1001)}: b\n`, /1000 characters/],
  ["a pair without braces", "[a: b]\n", /pair without braces/],
  ["a colon without blank in brackets", "{a:}\n", /without blank/],
  ["a tab between", "a:\tb\n", /a tab/],
  ["a tab before", "a:\n\tb\n"],
  ["a tab after", "a: b\t\n", /a tab|quoted/],
  ["a comment without blank", 'a: "b"#c\n'],
  ["an alias without anchor", "a: *x\n", /without an anchor/],
  ["an alias within what it stands for", "a: &x [*x]\n", /without an anchor/],
  ["an anchor twice", "a: &x b\nc: &x d\n", /two anchors/],
  ["an anchor with a colon", "a: &x:y b\n"],
  ["more than 100 aliases", `a: &x b\nc: [${Array(101).fill("*x").join(", ")}]\n`, /100 aliases/],
  ["65 levels", `${"[".repeat(65)}${"]".repeat(65)}`, /nests too deep/],
  ["what is no YAML", "x: y\na: b: c\n", /no valid YAML.*in line 2$/],
  ["an open quote", 'a: "b\n', /no valid YAML/],
];
for (const [what, text, reason = /./] of REFUSED) {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => readStrictYaml(text),
      (error) => error instanceof UnreadableYaml && reason.test(error.message),
    );
  });
}

test("takes tabs between values of JSON", () => {
  assert.deepEqual(read('{\n\t"a":\t["b"]\n}', true), { a: ["b"] });
  assert.throws(() => readStrictYaml("{a: b} # c", { isJson: true }), UnreadableYaml);
});

test("counts what aliases add, and writes nothing out", () => {
  assert.equal(readStrictYaml("a: &x [b, c]\nd: [*x, *x]\n").aliasNodes, 6);
  const lines = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`);
  const started = performance.now();
  assert.ok(readStrictYaml(`a0: &a0 [x, x]\n${lines.join("")}`).aliasNodes > 1e12);
  assert.ok(performance.now() - started < 100);
});

test("does not quote what it refuses", () => {
  for (const [, text] of REFUSED) {
    assert.throws(
      () => readStrictYaml(text.replaceAll("b", "hunter2")),
      (error: Error) => !error.message.includes("hunter2"),
    );
  }
});
