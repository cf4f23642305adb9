import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { report } from "../../bench/report.ts";

const MACHINE = {
  date: "2026-01-01T00:00:00.000Z",
  cores: 2,
  processor: "a processor",
  memoryGiB: 8,
  load: 0.5,
  node: "v26.0.0",
  kubernetes: "v1.37.0",
};

describe("the report in JSON", () => {
  const series = [{ name: "Landlord", samples: [1.234567, 2, 3], budget: { p50: 1 } }];
  const table = { title: "create", series, figures: [{ name: "failed", value: 0, unit: "", atMost: 0 }] };
  const text = report(MACHINE, {
    quick: true,
    measured: [{ name: "admission", about: "it", seconds: 3, tables: [table] }],
  });
  const read = JSON.parse(text);

  it("has the machine, and whether it was in earnest", () => {
    assert.deepEqual(read.machine, MACHINE);
    assert.equal(read.quick, true);
  });

  it("has summaries with verdicts, and the samples", () => {
    const [{ name, seconds, tables }] = read.benchmarks;
    assert.deepEqual([name, seconds, tables[0].title, tables[0].unit], ["admission", 3, "create", "ms"]);
    const { samples, budget, ...figures } = tables[0].series[0];
    assert.deepEqual([samples, budget], [[1.2346, 2, 3], { p50: 1 }]);
    const spread = { p25: 1.234567, p50: 2, p75: 3, p99: 3, max: 3 };
    assert.deepEqual(figures, { name: "Landlord", n: 3, ...spread, ratio: 1, verdict: "miss" });
    assert.deepEqual(tables[0].figures, [{ name: "failed", value: 0, unit: "", atMost: 0, verdict: "pass" }]);
  });

  it("keeps the quantiles of what are too many samples", () => {
    const many = [{ name: "one", samples: Array.from({ length: 50_000 }, (_, index) => index + 1) }];
    const measured = [{ name: "review", about: "", seconds: 1, tables: [{ title: "", series: many }] }];
    const [{ samples, n }] = JSON.parse(report(MACHINE, { quick: false, measured })).benchmarks[0].tables[0].series;
    assert.equal(n, 50_000);
    assert.deepEqual([samples.length, samples[0], samples[500], samples[1_000]], [1_001, 1, 25_000, 50_000]);
  });
});
