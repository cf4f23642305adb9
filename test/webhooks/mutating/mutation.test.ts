import assert from "node:assert/strict";
import { test } from "node:test";
import { UNCHANGED } from "../../../webhooks/mutating/mutation.ts";

test("the empty result cannot be filled by one mutation for the others", () => {
  assert.throws(() => (UNCHANGED.warnings as string[]).push("x"), TypeError);
  assert.throws(() => (UNCHANGED.patch as unknown[]).push({}), TypeError);
});
