import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readPatchText } from "../../../webhooks/patch-text/patch-text.ts";
import { candidate } from "../../helpers/patch-texts.ts";

const OPERATION = "- op: add\n  path: /data/x\n  value: y\n";
const MERGE = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

const kindOf = (text: string): string => {
  const read = readPatchText(text);
  return "refusal" in read
    ? `refused: ${read.refusal}`
    : "operations" in read
      ? "operations"
      : `${read.documents.length} to merge`;
};

const READ: readonly (readonly [what: string, text: string, kind: string])[] = [
  ["operations in YAML", OPERATION, "operations"],
  ["operations in JSON", '[{"op": "add", "path": "/data/x", "value": 1}]', "operations"],
  ["operations in JSON with tabs", '[\n\t{"op":\t"remove", "path": "/data/x"}\n]\n', "operations"],
  ["operations in JSON with escapes", '[{"\\u006fp": "remove", "path": "\\u002fdata"}]', "operations"],
  ["JSON within YAML", '- {"op":"add","path":"/x","value":{"a":["b"]}}\n', "operations"],
  ["no operations", "[]", "operations"],
  ["operations after a marker", `---\n${OPERATION}`, "operations"],
  ["operations after a comment and a marker", `# x\n--- # y\n${OPERATION}`, "operations"],
  ["operations before empty documents", `${OPERATION}---\n# nothing\n---\n`, "operations"],
  ["operations with an anchor", `- &a {op: remove, path: /x}\n- *a\n`, "operations"],
  ["a comment that is indented before all", `  # x\n${OPERATION}`, "operations"],
  ["lines that end in CRLF", OPERATION.replaceAll("\n", "\r\n"), "operations"],
  ["blank lines around it", `\n\n${OPERATION}\n \n`, "operations"],
  ["blanks before JSON", '  [{"op": "remove", "path": "/data/x"}]', "operations"],
  ["an object to merge", MERGE, "1 to merge"],
  ["an object in JSON", '{"kind": "ConfigMap", "metadata": {"name": "a"}}', "1 to merge"],
  ["several objects", `${MERGE}---\n${MERGE}--- # again\n\n${MERGE}`, "3 to merge"],
  ["an object without kind and metadata", "spec:\n  replicas: 1\n", "1 to merge"],
  ["marks within a text", `${MERGE}data:\n  x: |\n    ---\n    ...\n    %x\n`, "1 to merge"],
  ["letters of all languages", `${MERGE}data:\n  x: "größer 大 🙂"\n`, "1 to merge"],
];
for (const [what, text, kind] of READ) test(`reads ${what}`, () => assert.equal(kindOf(text), kind));

const REFUSED: readonly (readonly [what: string, text: string, reason: RegExp])[] = [
  ["nothing", "", /^is empty$/],
  ["blanks", " \n\t\n", /^is empty$/],
  ["comments", "# a\n---\n# b\n", /^is empty$/],
  ["a text", "just words", /^is neither/],
  ["a number", "12", /^is neither/],
  ["null", "null", /^is neither/],
  [
    "a list of operations and another document",
    `${OPERATION}---\n${MERGE}`,
    /^has a list of operations and other documents/,
  ],
  ["another document and a list of operations", `${MERGE}---\n${OPERATION}`, /^is neither/],
  ["two lists of operations", `${OPERATION}---\n${OPERATION}`, /^has a list of operations and other documents/],
  ["a list of texts", "- a\n", /^has at \[0\] an operation that is no object/],
  ["brackets at the beginning that are no JSON", "[{op: remove, path: /x}]", /^begins with "\["/],
  ["a comment in what begins as JSON", '[{"op": "remove", "path": "/x"}] # x', /^begins with "\["/],
  ["JSON with a key twice", '[{"op": "remove", "path": "/x", "path": "/y"}]', /a key twice/],
  ["a first line that is indented", `  ${OPERATION}`, /^has a first line that is indented/],
  ["the end of a document", `${OPERATION}...\n`, /^has a line that begins with/],
  ["a directive", `%YAML 1.1\n---\n${OPERATION}`, /^has a line that begins with/],
  ["a document on the line of its marker", "--- {kind: A}\n", /^has more than a comment after/],
  ["a longer marker", `${MERGE}----\n${MERGE}`, /^has more than a comment after/],
  ["a tab after a marker", `---\t\n${OPERATION}`, /^has more than a comment after/],
  ["a marker within a quoted text", 'a: "b\n---\nc"\n', /no valid YAML/],
  ["101 documents", `${MERGE}---\n`.repeat(101), /more than 100 documents/],
  ["a kind that is a number", "kind: 1\nmetadata: {name: a}\n", /kind that is not surely a text/],
  ["a kind on several lines", "kind: |\n  A\nmetadata: {name: a}\n", /kind that is not surely a text/],
  ["an apiVersion that is a list", "apiVersion: [v1]\nkind: A\n", /kind that is not surely a text/],
  ["metadata that are nothing", "kind: A\nmetadata:\n", /metadata that are no object/],
  ["annotations that are a list", "kind: A\nmetadata: {annotations: [a]}\n", /annotations that are no object/],
  ["metadata that are a text", "kind: A\nmetadata: x\n", /metadata that are no object/],
  ["a path on several lines", "- op: remove\n  path: |-\n    /metadata\n", /no path/],
];
for (const [what, text, reason] of REFUSED) {
  test(`refuses ${what}`, () => {
    const read = readPatchText(text);
    assert.match("refusal" in read ? read.refusal : "nothing", reason);
  });
}

/** What one reader takes for the end of a line, or drops, and another does not. */
const STRANGE = [
  "\0",
  "\x01",
  "\x07",
  "\v",
  "\f",
  "\r",
  "\x1b",
  "\x7f",
  "\u0080",
  "\u0085",
  "\u009f",
  "\u2028",
  "\u2029",
  "\ufeff",
  "\uffff",
  "\ud83d",
  "\ude42",
];
for (const char of STRANGE) {
  const name = `U+${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  test(`refuses ${name} anywhere`, () => {
    for (const text of [
      char + OPERATION,
      OPERATION + char,
      `# ${char}x\n${OPERATION}`,
      `${MERGE}x: "${char}"\n`,
      `[${char}]`,
    ]) {
      assert.match(kindOf(text), /^refused: has a control character/);
    }
  });
}
for (const blank of ["\u00a0", "\u1680", "\u2003", "\u202f", "\u3000"]) {
  test(`refuses U+${blank.charCodeAt(0).toString(16)} at the beginning and end, and nowhere else`, () => {
    assert.match(kindOf(blank + OPERATION), /^refused: begins or ends with an unusual blank/);
    assert.match(kindOf(OPERATION + blank), /^refused: begins or ends with an unusual blank/);
    assert.equal(kindOf(`# a${blank}b\n${OPERATION}`), "operations");
  });
}

test("decodes before anybody judges", () => {
  for (const path of ["/metadata\\u002fnamespace", "\\x2fmetadata/\\u006eamespace", "\\/metadata\\/namespace"]) {
    const read = readPatchText(`- {op: remove, path: "${path}"}\n`);
    assert.deepEqual("operations" in read && read.operations, [{ op: "remove", path: ["metadata", "namespace"] }]);
  }
});

const PUNCTUATION = "ab:- \n\t[]{},\"'#&*!|>%?~\\/".split("");
test("never throws, and reads the same each time", () => {
  const texts = fc.oneof(
    candidate.map(({ patch }) => patch),
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(...PUNCTUATION) }),
  );
  fc.assert(
    fc.property(texts, (text) => assert.deepEqual(readPatchText(text), readPatchText(text))),
    { numRuns: 2000 },
  );
});

const SIZE = 256 * 1024;
const HEAVY: readonly (readonly [what: string, text: string])[] = [
  ["operations", OPERATION.repeat(SIZE / OPERATION.length)],
  ["numbers in brackets", `a: [${"1, ".repeat(SIZE / 3)}1]`],
  ["open brackets", "[".repeat(SIZE)],
  ["open braces", "{a: ".repeat(SIZE / 4)],
  ["dashes", "- ".repeat(SIZE / 2)],
  ["anchors", "&a ".repeat(SIZE / 3)],
  ["anchored brackets", "&a [".repeat(SIZE / 4)],
  ["comments", "# a\n".repeat(SIZE / 4)],
  ["punctuation in comments", "#,,,,,,,\n".repeat(SIZE / 9)],
  ["markers", "---\n".repeat(SIZE / 4)],
  ["blanks", `a: b${" ".repeat(SIZE)}\nc: d`],
  ["empty lines", `a:${"\n".repeat(SIZE)} b`],
  ["a block of lines", `a: |\n${"  b\n".repeat(SIZE / 4)}`],
  ["a folded text", `a: b\n${"  c\n".repeat(SIZE / 4)}`],
  ["quotes", `a: '${"''".repeat(SIZE / 2)}'`],
  ["escapes", `a: "${"\\n".repeat(SIZE / 2)}"`],
  ["colons", ":".repeat(SIZE)],
  ["pairs in brackets", `a: [${"b: c, ".repeat(SIZE / 6)}]`],
];
test("takes 256 KiB of anything in no time", () => {
  const times = HEAVY.map(([what, text]) => {
    const started = performance.now();
    readPatchText(text);
    return [what, performance.now() - started] as const;
  });
  assert.deepEqual(
    times.filter(([, time]) => time > 500),
    [],
  );
});
