import assert from "node:assert/strict";
import { test } from "node:test";
import { describeRefusal, GeneratorError, REFUSAL_REASONS } from "../../../src/generator/refusal.ts";

test("names the guard, the numbers and the snapshot's hash", () => {
  const words = REFUSAL_REASONS.map((reason) =>
    describeRefusal({ reason, removals: 100, of: 100, allowed: 10 }, "c0ffee"),
  );
  assert.deepEqual(words, [
    "guard against mass deletion: the registry has no readable tenant (100 of 100, allowed 10); snapshot c0ffee",
    "guard against mass deletion: no tenant would be left (100 of 100, allowed 10); snapshot c0ffee",
    "guard against mass deletion: too many tenants would go at once (100 of 100, allowed 10); snapshot c0ffee",
  ]);
});

test("carries the status that the caller gets, and the cause", () => {
  const cause = new Error("why");
  const error = new GeneratorError(503, "no snapshot", { cause });
  assert.deepEqual([error.status, error.message, error.cause], [503, "no snapshot", cause]);
});
