import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { readDocuments } from "../../../../src/cli/review/documents.ts";

const read = (text: string) => readDocuments({ name: "x.yaml", text });
/** Number (and item), and the value's name or the fault. */
const seen = (text: string) =>
  read(text).map((one) => {
    const number = one.item === undefined ? String(one.document) : `${one.document}.${one.item}`;
    return `${number} ${"fault" in one ? `line ${one.line}: ${one.fault}` : String(one.value["a"])}`;
  });

describe("readDocuments", () => {
  it("counts YAML documents from 1, and empty ones in between too", () => {
    assert.deepEqual(seen("a: 1\n---\na: 2\n"), ["1 1", "2 2"]);
    assert.deepEqual(seen("# head\n---\na: 1\n---\n# nothing\n---\nnull\n--- # mark\na: 4\n---\n"), ["1 1", "4 4"]);
    assert.deepEqual(seen("\uFEFF%YAML 1.1\n---\na: 1\n...\n---\na: 2\n"), ["1 1", "2 2"]);
    assert.deepEqual(seen("a: 1\r\n---\r\na: 2\r\n"), ["1 1", "2 2"]);
    assert.deepEqual(seen(""), []);
    assert.deepEqual(seen("# only words\n\n"), []);
  });

  it("does not judge what readers that skip a byte order mark within the text read differently", () => {
    const fault = "has a byte order mark that is not at the beginning";
    assert.deepEqual(seen("a: 1\n---\n\uFEFFa: 2\n"), ["1 1", `2 line 3: ${fault}`]);
    assert.deepEqual(seen("# head\n\uFEFFkind: A\n\uFEFFa: 1\n"), [`1 line 2: ${fault}`]);
    assert.deepEqual(seen('a: 1\n---\n\uFEFF{"a": 2}\n'), ["1 1", "2 2"]);
    assert.deepEqual(seen("a: x\uFEFF\n"), ["1 x\uFEFF"]);
  });

  it("does not take what only looks like a separator for one", () => {
    assert.deepEqual(seen("a: |\n  ---\n  b\n"), ["1 ---\nb\n"]);
    assert.deepEqual(seen("a: 1\n---b: 2\n"), ["1 1"]);
  });

  it("reads JSON: one value, many of them, and lists", () => {
    assert.deepEqual(seen('{"a": 1}'), ["1 1"]);
    assert.deepEqual(seen('{"a": 1}\n{"a": 2}{"a": 3}\n'), ["1 1", "2 2", "3 3"]);
    assert.deepEqual(seen('[{"a": 1}, {"a": 2}]\n{"a": 3}'), ["1 1", "2 2", "3 3"]);
    assert.deepEqual(seen('---\n{"a": 1}\n---\n{\n\t"a": 2\n}'), ["1 1", "2 2"]);
    assert.deepEqual(seen("{a: 1}\n"), ["1 1"]);
  });

  it("takes Lists apart, also those in Lists, and says once what their items are", () => {
    assert.deepEqual(seen("kind: List\nitems:\n- {a: 1}\n- {kind: List, items: [{a: 2}, {a: 3}]}\n---\na: 4\n"), [
      "1.1 1",
      "1.2 2",
      "1.3 3",
      "2 4",
    ]);
    const [typed] = read("kind: KustomizationList\napiVersion: g/v1\nitems: [{metadata: {}}]\n");
    assert.ok(typed !== undefined && "value" in typed);
    assert.deepEqual(typed.value, { apiVersion: "g/v1", kind: "Kustomization", metadata: {} });
    assert.equal(read("kind: AccessList\nspec: {}\n").length, 1);
    assert.equal(read("kind: List\nitems: []\n").length, 1);
  });

  it("takes whatever has items for a list, as kubectl does, and judges what is not called one itself as well", () => {
    const item = "{apiVersion: g/v1, kind: Kustomization, a: 2}";
    assert.deepEqual(seen(`apiVersion: v1\nkind: ConfigMap\na: 1\nitems: [${item}, ${item}]\n`), [
      "1 1",
      "1.1 2",
      "1.2 2",
    ]);
    assert.deepEqual(seen(`kind: List\nitems:\n- {kind: ConfigMap, a: 1, items: [${item}]}\n`), ["1.1 1", "1.2 2"]);
    const [, typed] = read("kind: Kustomization\napiVersion: g/v1\nitems: [{metadata: {}}]\n");
    assert.ok(typed !== undefined && "value" in typed);
    assert.deepEqual(typed.value, { apiVersion: "g/v1", kind: "Kustomization", metadata: {} });
    assert.deepEqual(seen("kind: Other\na: 1\nitems: [x, 2]\n---\na: 3\nitems: [{a: 4}]\n"), ["1 1", "2 3"]);
  });

  it("goes on after what cannot be read", () => {
    const [first, second, ...rest] = seen("a: 1\n---\na: [\n---\na: 3\na: 3\n---\na: 4\n");
    assert.deepEqual([first, ...rest], ["1 1", "3 line 6: has a key twice in one object", "4 4"]);
    assert.match(second ?? "", /^2 line [34]: is not YAML: /);
    assert.deepEqual(seen('{"a": 1}\n{"a": }\n{"a": 3}'), ["1 1", "2 line 2: is not JSON"]);
  });

  it("knows no documents but objects", () => {
    assert.deepEqual(seen("text\n---\n- 1\n- {a: 2}\n"), [
      '1 line 1: is "text", must be an object',
      "2 line 2: is 1, must be an object",
      "3 2",
    ]);
    assert.deepEqual(seen("kind: List\nitems: [1]\n"), ["1.1 line 1: is 1, must be an object"]);
    assert.match(seen(`${'{"a":'.repeat(450)}1${"}".repeat(450)}`).join(), /nested too deeply/);
  });

  it("says where each stands, but not where it was rendered", () => {
    const [, second] = read("a: 1\n---\nkind: List\nitems: [{a: 1}]\n");
    assert.ok(second !== undefined && "value" in second);
    assert.deepEqual([second.place?.line, second.place?.path], [2, ["items", 0]]);
    const [rendered] = readDocuments({ name: "x", text: "a: 1", isRendered: true });
    assert.ok(rendered !== undefined && "value" in rendered && rendered.place === undefined);
  });

  it("never throws, whatever the text is", () => {
    const piece = fc.constantFrom(
      "---",
      "\n",
      "{",
      "}",
      '"a"',
      ":",
      "[",
      "]",
      ",",
      "kind: List\n",
      "items: ",
      "- ",
      "a",
      " ",
      "...\n",
      "# x",
      "%A",
      "\t",
      "\r",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join("")),
        ),
        (text) => void read(text),
      ),
      { numRuns: 2_000 },
    );
  });
});
