import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listOf, textOf, UsageError } from "../../../src/cli/command.ts";

describe("textOf and listOf", () => {
  it("give what was given, and nothing for what was not", () => {
    const given = { text: "a", flag: true, list: ["a", "b"] };
    assert.equal(textOf(given, "text"), "a");
    assert.deepEqual(listOf(given, "list"), ["a", "b"]);
    for (const name of ["flag", "list", "missing"]) assert.equal(textOf(given, name), "");
    for (const name of ["text", "flag", "missing"]) assert.deepEqual(listOf(given, name), []);
  });
});

describe("UsageError", () => {
  it("is told from other errors by its name", () => {
    assert.equal(new UsageError("x").name, "UsageError");
  });
});
