import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { YamlFault } from "../../../../src/cli/review/yaml-events.ts";
import { readYaml } from "../../../../src/cli/review/yaml-reader.ts";

const refused = (text: string, line: number, message: RegExp): void =>
  assert.throws(
    () => readYaml(text),
    (error: unknown) => error instanceof YamlFault && error.line === line && message.test(error.message),
    text,
  );

describe("readYaml", () => {
  it("reads plain scalars as YAML 1.1, and all others as text", () => {
    assert.deepEqual(readYaml("a: yes\nb: 'yes'\nc: \"010\"\nd: 010\ne: |\n  no\nf: !!str 12\n"), [
      { a: true, b: "yes", c: "010", d: 8, e: "no\n", f: "12" },
    ]);
  });

  it("makes keys text", () => {
    assert.deepEqual(readYaml("on: 1\n2: b\n1.5: c\n"), [{ true: 1, 2: "b", 1.5: "c" }]);
    refused("a: 1\n? [x]\n: 1\n", 2, /key that is no text/);
    refused("a: 1\n~: 1\n", 2, /key that is no text/);
  });

  it("keeps __proto__ and constructor as keys like any other", () => {
    const [read] = readYaml("__proto__: {a: 1}\nconstructor: 2\n");
    assert.equal(JSON.stringify(read), '{"__proto__":{"a":1},"constructor":2}');
  });

  it("merges what comes first in a list over what comes later, and lets what is written after it win", () => {
    const anchors = "a: &a {x: 1, p: 1}\nb: &b {x: 2, z: 2}\n";
    assert.deepEqual(readYaml(`${anchors}c: {<<: [*a, *b], z: 3}\n`), [
      { a: { x: 1, p: 1 }, b: { x: 2, z: 2 }, c: { x: 1, p: 1, z: 3 } },
    ]);
  });

  it("does not guess where readers differ", () => {
    refused("a: &a {x: 1}\nc:\n  x: 2\n  <<: *a\n", 4, /before a merge key/);
    refused("a: 1\nb: !foo 2\n", 2, /tag/);
    refused("a: 1\nb: 2 # x\u0085c: 3\n", 2, /line end/);
    refused("a: 1\rb: 2", 1, /line end/);
    refused("a: 1\nb:\n  c: 1\n  c: 2\n", 4, /key twice/);
    refused("a: 1\nb: .inf\n", 2, /number/);
    refused("a: 1\nb: {<<: text}\n", 2, /merge key/);
  });

  it("takes << for a merge key only where it stands bare as a key", () => {
    assert.deepEqual(readYaml("a: <<\nb: [<<]\n'<<': 1\n"), [{ a: "<<", b: ["<<"], "<<": 1 }]);
  });

  it("knows aliases, but neither itself nor what is not there, nor bombs", () => {
    assert.deepEqual(readYaml("a: &x [1]\nb: *x\n"), [{ a: [1], b: [1] }]);
    refused("a: &x 1\nb: &x [*x]\n", 2, /alias/);
    refused("a: *x\n", 1, /alias/);
    const bomb = Array.from({ length: 12 }, (_, i) => `l${i}: &l${i} [${`*l${i - 1}, `.repeat(9)}]`);
    refused(["l0: &l0 [a, b, c]", ...bomb.slice(1)].join("\n"), 6, /aliases for more/);
  });

  it("forgets anchors and counts documents anew at each document's end", () => {
    refused("a: &x 1\n...\n---\nb: *x\n", 4, /alias/);
    assert.deepEqual(
      readYaml("a: 1\n...\n---\n# nothing\n...\n---\nb: 2\n").filter((one) => one !== null && one !== undefined),
      [{ a: 1 }, { b: 2 }],
    );
  });

  it("reads any JSON as JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: true }), (value) => {
        const text = JSON.stringify(value);
        const isOdd = /[\u0085\u2028\u2029\r]|\\u007f|e[-+]?\d{3}|-0[,\]}]|-0$/.test(text) || text === "null";
        fc.pre(!isOdd);
        assert.deepEqual(JSON.stringify(readYaml(text)[0]), text);
      }),
    );
  });

  it("throws nothing but YamlFault, whatever it is given", () => {
    const piece = fc.constantFrom(
      "a",
      ":",
      " ",
      "\n",
      "-",
      "? ",
      "&x ",
      "*x",
      "<<",
      "{",
      "}",
      "[",
      "]",
      ",",
      "'",
      '"',
      "|",
      ">",
      "!!str ",
      "!",
      "#",
      "%",
      "---\n",
      "...\n",
      "\t",
      "0",
      "~",
      "\u2028",
      "\\",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
        ),
        (text) => {
          try {
            readYaml(text);
          } catch (error) {
            assert.ok(error instanceof YamlFault, String(error));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
