import assert from "node:assert/strict";
import { test } from "node:test";
import { substitute } from "../../../../webhooks/validating/kustomization/substitute.ts";
import { BASELINE, checked, type Given, NO_OBJECTS, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.postBuild.substitute";
const puts = (map: unknown, rest: Given = {}): Given => ({ spec: { postBuild: { substitute: map } }, ...rest });
const BREAKS = [
  ["a carriage return", "a\rb"],
  ["a carriage return before a line feed", "a\r\nb"],
  ["U+0085", "a\u0085b"],
  ["U+2028", "a\u2028b"],
  ["U+2029", "a\u2029"],
  ["NUL", "\0"],
] as const;
const NO_TEXTS = [
  ["null", null],
  ["a number", 1],
  ["false", false],
  ["a list", ["x"]],
  ["an object", {}],
] as const;
const KEYS = ["", "1a", "a-b", "a.b", "a b", "a$", "a\n", "\nA", "${A}", "A}", "\u00e4", "a:=b"];

testRule(substitute, "Kustomization", {
  allowed: [
    ["no postBuild", { spec: {} }],
    ["postBuild that is null", { spec: { postBuild: null } }],
    ["variables from a ConfigMap", { spec: { postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "vars" }] } } }],
    ["nothing to put", puts({})],
    ["null", puts(null)],
    ["texts", puts({ A: "x", _b1: "", cD: "${E}: [x] # y\tz", e_: "\n" })],
    ["keys that reach a prototype", puts(JSON.parse('{"__proto__": "x", "constructor": "y"}'))],
  ],
  denied: [
    ["each that is wrong", puts({ A: "a\rb", "b-c": 1, D: "x" }), `${FIELD}[A]`, FIELD, `${FIELD}[b-c]`],
    ["__proto__ with a line break", puts(JSON.parse('{"__proto__": "\\r"}')), `${FIELD}[__proto__]`],
    ...rowsFor(
      BREAKS,
      (text) => puts({ A: text }),
      (what) => `a value with ${what}`,
      `${FIELD}[A]`,
    ),
    ...rowsFor(
      NO_TEXTS,
      (value) => puts({ A: value }),
      (what) => `${what} as value`,
      `${FIELD}[A]`,
    ),
    ...rowsFor(
      NO_TEXTS,
      (value) => puts({ A: value }, BASELINE),
      (what) => `${what} as value, baseline`,
      `${FIELD}[A]`,
    ),
    ...KEYS.map((key) => [`${JSON.stringify(key)} as name`, puts({ [key]: "x" }), FIELD] as const),
    ...rowsFor(NO_OBJECTS, puts, (what) => `${what} as map`, FIELD),
    ...rowsFor(
      NO_OBJECTS,
      (map) => puts(map, BASELINE),
      (what) => `${what} as map, baseline`,
      FIELD,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (postBuild) => ({ spec: { postBuild } }),
      (what) => `${what} as postBuild`,
      "spec.postBuild",
    ),
  ],
  warned: [
    ...rowsFor(
      BREAKS,
      (text) => puts({ A: text }, BASELINE),
      (what) => `a value with ${what} in baseline`,
      `${FIELD}[A]`,
    ),
    ["a name that is no identifier in baseline", puts({ "a-b": "x" }, BASELINE), FIELD],
  ],
});

test("shows no value, which may be a secret", () => {
  const shown = (map: unknown): (string | undefined)[] =>
    checked(substitute, "Kustomization", puts(map)).map((violation) => violation.shown);
  assert.deepEqual(shown({ A: "hunter2\r", B: 5 }), ["a text with a line break", "no text"]);
});
