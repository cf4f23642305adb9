import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { covers } from "../../../src/initializer/covers.ts";

describe("covers", () => {
  it("overlooks what others have added to maps", () => {
    assert.ok(covers({ labels: { ours: "1", theirs: "2" }, status: {} }, { labels: { ours: "1" } }));
  });

  const drift: [string, unknown, unknown][] = [
    ["a changed value", { a: { b: 1 } }, { a: { b: 2 } }],
    ["a missing key", { a: {} }, { a: { b: 1 } }],
    ["a missing map", {}, { a: { b: 1 } }],
    ["a longer list", { a: [1, 2] }, { a: [1] }],
    ["another order", { a: [1, 2] }, { a: [2, 1] }],
    ["a map where a scalar should be", { a: {} }, { a: "x" }],
    ["a list where a map should be", { a: [] }, { a: { b: undefined } }],
    ["an extra field in a list's entry", { a: [{ b: 1, c: 2 }] }, { a: [{ b: 1 }] }],
  ];
  for (const [what, existing, wanted] of drift) {
    it(`sees ${what}`, () => {
      assert.equal(covers(existing, wanted), false);
    });
  }

  it("wants nothing of an empty map", () => {
    assert.ok(covers({ a: 1 }, {}));
  });
});
