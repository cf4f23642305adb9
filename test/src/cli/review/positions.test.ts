import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readDocuments } from "../../../../src/cli/review/documents.ts";
import { createLines } from "../../../../src/cli/review/positions.ts";

function linesOf(text: string): (field: string, index?: number) => number | undefined {
  const lineOf = createLines();
  const documents = readDocuments({ name: "x", text });
  return (field, index = 0) => {
    const document = documents[index];
    return document !== undefined && "value" in document && document.place !== undefined
      ? lineOf(document.place, field)
      : undefined;
  };
}

const YAML = `# head
---
metadata:
  labels:
    landlord.dev/tenant: a
spec:
  dependsOn:
    - name: a
    - name: b
      namespace: c
  flow: {x: 1,
    z: 2}
---
kind: List
items:
  - spec: 1
  -
    spec:
      a: 2
`;

test("finds keys, items and labels", () => {
  const line = linesOf(YAML);
  assert.deepEqual(
    [
      "spec",
      "spec.dependsOn[1].namespace",
      "spec.dependsOn[0]",
      "spec.flow.z",
      "metadata.labels[landlord.dev/tenant]",
      'metadata.labels["landlord.dev/tenant"]',
    ].map((field) => line(field)),
    [6, 10, 8, 12, 5, 5],
  );
});

test("gives the nearest parent of what is missing, and the document's beginning at worst", () => {
  const line = linesOf(YAML);
  assert.equal(line("spec.targetNamespace"), 6);
  assert.equal(line("spec.dependsOn[7].name"), 7);
  assert.equal(line("nothing"), 3);
  assert.equal(line(""), 3);
});

test("finds the items of Lists and what JSON holds", () => {
  const line = linesOf(YAML);
  assert.equal(line("spec", 1), 16);
  assert.equal(line("spec.a", 2), 19);
  const json = linesOf('{"a": 1}\n{\n  "b": [\n    {"c": 1}\n]}\n[{"d": 1},\n {"d": 2}]');
  assert.equal(json("b[0].c", 1), 4);
  assert.equal(json("d", 3), 7);
});

test("never throws, whatever text and path are", () => {
  const lineOf = createLines();
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(3), (text, field, nth) => {
      lineOf({ text, line: 1, nth, path: [] }, field);
    }),
  );
});
