import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { floorOf, quantile, type Series, summary, verdictOf } from "../../bench/bench.ts";

const HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);
const verdict = (series: Partial<Series>, floor = 10): string =>
  summary({ name: "one", samples: HUNDRED, ...series }, floor).verdict;

describe("quantiles", () => {
  it("are samples that so many do not exceed, in whatever order they came", () => {
    assert.deepEqual(
      [0, 0.25, 0.5, 0.99, 1].map((share) => quantile(HUNDRED, share)),
      [1, 25, 50, 99, 100],
    );
  });

  it("are the one sample there is, and no number where there is none", () => {
    assert.equal(quantile([7], 0.99), 7);
    assert.ok(Number.isNaN(quantile([], 0.5)));
  });
});

describe("a summary", () => {
  it("has the spread and the ratio of medians", () => {
    const { n, p25, p50, p75, p99, max, ratio } = summary({ name: "one", samples: HUNDRED }, 20);
    assert.deepEqual([n, p25, p50, p75, p99, max, ratio], [100, 25, 50, 75, 99, 100, 2.5]);
  });

  for (const [budget, expected] of [
    [{ p50: 50 }, "pass"],
    [{ p50: 49.9 }, "miss"],
    [{ p50: 50, p99: 98 }, "miss"],
    [{ p50: 50, p99: 99, max: 100 }, "pass"],
    [{ ratio: 5 }, "pass"],
    [{ ratio: 4.9 }, "miss"],
    [{}, ""],
  ] as const) {
    it(`says ${JSON.stringify(expected)} of ${JSON.stringify(budget)}`, () =>
      assert.equal(verdict({ budget }), expected));
  }

  it("takes what could not be measured for a miss", () => {
    assert.equal(verdict({ samples: [], budget: { p50: 1_000 } }), "miss");
    assert.equal(verdict({ budget: { ratio: 5 } }, Number.NaN), "miss");
  });
});

describe("the floor of a table", () => {
  const series = [
    { name: "floor", samples: [3, 1, 2] },
    { name: "other", samples: [9] },
  ];

  it("is the median of its first series", () => assert.equal(floorOf({ title: "", series }), 2));

  it("is none of parts of a whole, nor where the first took no time", () => {
    assert.ok(Number.isNaN(floorOf({ title: "", series, parts: true })));
    assert.ok(Number.isNaN(floorOf({ title: "", series: [{ name: "difference", samples: [-1] }] })));
    assert.ok(Number.isNaN(floorOf({ title: "", series: [] })));
  });
});

describe("a figure", () => {
  const figure = { name: "failed", unit: "", value: 0 };

  it("is judged only where there is a budget, and 0 is one", () => {
    assert.equal(verdictOf(figure), "");
    assert.equal(verdictOf({ ...figure, atMost: 0 }), "pass");
    assert.equal(verdictOf({ ...figure, value: 1, atMost: 0 }), "miss");
  });
});
