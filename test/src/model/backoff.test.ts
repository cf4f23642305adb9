import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fullJitter } from "../../../src/model/backoff.ts";

const BACKOFF = { baseMs: 100, maxMs: 3_000 };

describe("fullJitter", () => {
  it("doubles its ceiling with each attempt, up to the cap", () => {
    const ceilings = [0, 1, 2, 3, 4, 5, 6, 1_000].map((attempt) => fullJitter(attempt, BACKOFF, () => 1));
    assert.deepEqual(ceilings, [100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
  });

  it("spreads over the whole range down to nothing", () => {
    assert.equal(
      fullJitter(3, BACKOFF, () => 0),
      0,
    );
    assert.equal(
      fullJitter(3, BACKOFF, () => 0.5),
      400,
    );
  });
});
