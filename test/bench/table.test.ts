import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Table } from "../../bench/bench.ts";
import { missesOf, render } from "../../bench/table.ts";

const TABLE: Table = {
  title: "create",
  series: [
    { name: "nobody is asked", samples: [2, 2, 2] },
    { name: "Landlord", samples: [3, 4, 125], budget: { p50: 4, p99: 100 } },
  ],
  figures: [
    { name: "RSS", value: 1_151, unit: "MiB", atMost: 150 },
    { name: "objects", value: 12, unit: "" },
  ],
};
const cells = (line: string | undefined): string[] => (line ?? "").split(/ {2,}/);

describe("a table as text", () => {
  const [title, head, floor, landlord, rss, objects] = render(TABLE).split("\n");

  it("says the unit, milliseconds unless told", () => {
    assert.equal(title, "create (ms)");
    assert.match(render({ ...TABLE, unit: "us" }), /^create \(us\)\n/);
  });

  it("has medians with their spread, tails, ratios, and budgets with the verdict", () => {
    assert.deepEqual(cells(head), ["", "n", "p50", "middle half", "p99", "max", "p50 ratio", "budget"]);
    assert.deepEqual(cells(floor), ["nobody is asked", "3", "2.00", "2.00 - 2.00", "2.00", "2.00", "1.00"]);
    const figures = ["Landlord", "3", "4.00", "3.00 - 125", "125", "125", "2.00"];
    assert.deepEqual(cells(landlord), [...figures, "p50 <= 4, p99 <= 100 miss"]);
  });

  it("lists figures below, budgets too", () => {
    assert.deepEqual(cells(rss), ["RSS", "1,151 MiB", "budget <= 150 miss"]);
    assert.deepEqual(cells(objects?.trimEnd()), ["objects", "12"]);
  });

  it("shows no ratio where there is nothing to compare with", () => {
    assert.equal(cells(render({ ...TABLE, parts: true }).split("\n")[2]).at(-1), "-");
  });
});

describe("misses", () => {
  it("are named by table and row", () => assert.deepEqual(missesOf(TABLE), ["create: Landlord", "create: RSS"]));
});
