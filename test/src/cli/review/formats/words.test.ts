import assert from "node:assert/strict";
import { test } from "node:test";
import { objectOf, placeOf } from "../../../../../src/cli/review/formats/words.ts";
import type { Verdict } from "../../../../../src/cli/review/verdict.ts";

const verdict = (more: Partial<Verdict>): Verdict => ({
  source: "a.yaml",
  document: 2,
  kind: "Kustomization",
  namespace: "team-a",
  name: "app",
  allowed: true,
  outcome: "allowed",
  violations: [],
  warnings: [],
  ...more,
});

test("calls a document by its source and number, and an item of a List by its own", () => {
  assert.equal(placeOf(verdict({})), "a.yaml#2");
  assert.equal(placeOf(verdict({ item: 3 })), "a.yaml#2[3]");
  assert.equal(placeOf(verdict({ document: 0 })), "a.yaml");
});

test("calls an object by what it says of itself, on one line", () => {
  assert.equal(objectOf(verdict({})), "Kustomization team-a/app");
  assert.equal(objectOf(verdict({ namespace: "", kind: "Namespace" })), "Namespace app");
  assert.equal(objectOf(verdict({ namespace: "", kind: "", name: "" })), "");
  assert.equal(objectOf(verdict({ name: "a\nb\u202e" })), "Kustomization team-a/a\\u{a}b\\u{202e}");
});
