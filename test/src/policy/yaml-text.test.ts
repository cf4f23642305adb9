import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { readYaml } from "../../../src/policy/yaml-text.ts";

const allowed = (text: string): string[] => readYaml(text).faults.map((fault) => fault.allowed);

describe("readYaml", () => {
  it("takes the last anchor before an alias, and many aliases in no time", () => {
    const { value } = readYaml("a: &x 1\nb: *x\nc: &x {&y k: 2}\nd: [*x, *y]\n");
    assert.deepEqual(value, { a: 1, b: 1, c: { k: 2 }, d: [{ k: 2 }, "k"] });
    const began = performance.now();
    readYaml(`a: &a x\nl: [${"*a,".repeat(20_000)}]\n`);
    assert.ok(performance.now() - began < 10_000); // looking for each through all of the text takes a minute
  });

  it("gives plain values, aliases resolved, whatever the keys are called", () => {
    const { value, faults } = readYaml("a: &x [1, yes, null, 2026-01-01]\nb: *x\nconstructor: {toString: t}\n");
    assert.deepEqual(faults, []);
    const list = [1, "yes", null, "2026-01-01"];
    assert.deepEqual(
      value,
      Object.fromEntries([
        ["a", list],
        ["b", list],
        ["constructor", { toString: "t" }],
      ]),
    );
  });

  it("knows where values and keys stand, and where a missing one should", () => {
    const yaml = readYaml(
      "spec:\n  list:\n    - {a: 1}\n    - {a: 2, b: 3}\n  empty:\n  alias: &x [u, v]\n  other: *x\n",
    );
    assert.deepEqual(yaml.placeOf(["spec", "list", 1, "b"], "value"), { line: 4, column: 17 });
    assert.deepEqual(yaml.placeOf(["spec", "list", 1, "b"], "key"), { line: 4, column: 14 });
    assert.deepEqual(yaml.placeOf(["spec", "list", 0, "missing"], "value"), { line: 3, column: 7 });
    assert.deepEqual(yaml.placeOf(["spec", "other", 1], "value"), { line: 6, column: 17 });
    assert.equal(yaml.placeOf(["spec", "empty"], "value").line, 5);
    assert.deepEqual(yaml.placeOf([], "value"), { line: 1, column: 1 });
  });

  it("counts columns from 1 and lines with any line end", () => {
    const [fault] = readYaml("a: 1\r\nb: 2\r\n\r\n a : 3\r\n").faults;
    assert.deepEqual([fault?.line, fault?.column], [2, 4]);
  });

  const wrong: [string, string, RegExp][] = [
    ["two documents", "a: 1\n---\nb: 2\n", /one document/],
    ["a key that stands twice", "a: 1\na: 2\n", /once/],
    ["a key that is no text", "1: a\n", /quotes/],
    ["a key that is a list", "? [a]\n: b\n", /quotes/],
    ["the key __proto__", "__proto__: {a: 1}\n", /another name/],
    ["a tag", "a: !!binary eA==\n", /tag/i],
    ["a tag of somebody's own", "a: !secret x\n", /tag/i],
    ["an alias without an anchor", "a: *x\n", /"x"/],
    ["an anchor that holds itself", "&a [*a]\n", /levels/],
    ["tabs for indentation", "a:\n\tb: 1\n", /YAML/],
    ["an open bracket", "a: [1\n", /YAML/],
  ];
  for (const [what, text, expected] of wrong) {
    it(`refuses ${what}, in one line`, () => {
      assert.match(allowed(text)[0] ?? "", expected);
      for (const line of allowed(text)) assert.match(line, /^[^\p{Cc}]{1,250}$/u);
    });
  }

  it("reads %YAML 1.1 no differently", () => {
    assert.deepEqual(readYaml("%YAML 1.1\n---\na: yes\nb: 0o17\n").value, { a: "yes", b: 15 });
  });

  const bombs: [string, string][] = [
    ["more than a MiB", "#".repeat(2 ** 20 + 1)],
    ["lists in lists", "[".repeat(10_000)],
    ["maps in maps", "{a: ".repeat(10_000)],
    ["aliases of aliases", `a: &a [x,x,x,x,x,x,x,x,x,x]\n${aliases()}`],
    ["more values than anybody's policy has", `[${"a,".repeat(210_000)}]`],
  ];
  for (const [what, text] of bombs) {
    it(`refuses ${what} within seconds`, () => {
      const start = performance.now();
      assert.ok(allowed(text).length > 0);
      assert.ok(performance.now() - start < 5_000);
    });
  }

  it("tells one of many keys from another in no time", () => {
    const { faults } = readYaml(Array.from({ length: 20_000 }, (_, index) => `key-${index}: 1`).join("\n"));
    assert.deepEqual(faults, []);
  });

  it("never throws, and either finds faults or has a value that JSON can hold", () => {
    const pieces = fc.constantFrom(
      "a",
      ": ",
      "- ",
      "\n",
      "  ",
      "&x ",
      "*x",
      "[",
      "]",
      "{",
      "}",
      "!!",
      "---\n",
      "'",
      '"',
      "|",
      ">",
      "#",
      "<<",
      "? ",
      ",",
      "%",
      "\t",
      "é",
      "\0",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join("")),
        ),
        (text) => {
          const { value, faults } = readYaml(text);
          if (faults.length === 0) assert.doesNotThrow(() => JSON.stringify(value));
          for (const { line, column } of faults) assert.ok(line >= 1 && column >= 1);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

/** Ten aliases each time of what is ten of the one before. */
function aliases(): string {
  return "bcdefghi"
    .split("")
    .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[index]}`).join()}]`)
    .join("\n");
}
