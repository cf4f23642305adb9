import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { growthOf, hasGrown, type Sample, sample } from "../../bench/soak/memory.ts";

/** A sample every 5 s. */
const life = (minutes: number, rssMiB: (minute: number) => number): Sample[] =>
  Array.from({ length: minutes * 12 + 1 }, (_, index) => ({
    at: index * 5_000,
    rssMiB: rssMiB(index / 12),
    descriptors: 40,
    sockets: 20,
  }));
const of = (samples: Sample[]) => growthOf({ replica: "a", pid: 1, samples });

describe("growth of a process", () => {
  it("is from the third minute to the last", () => {
    const growth = of(life(10, (minute) => 100 + minute * 10));
    const figures = growth && [growth.minutes, growth.warmMiB, growth.endMiB, growth.peakMiB].map(Math.round);
    assert.deepEqual(figures, [10, 125, 196, 200]);
    assert.equal(growth && hasGrown(growth), true);
  });

  it("is not told of a process that has hardly warmed up", () => assert.equal(of(life(2, () => 100)), undefined));

  it("takes no notice of the warm-up, nor of a peak", () => {
    const growth = of(life(8, (minute) => (minute < 2 ? 50 : minute === 5 ? 400 : 180)));
    assert.equal(growth && hasGrown(growth), false);
  });

  it("counts descriptors, too", () => {
    const leaking = life(8, () => 100).map((each, index) => ({ ...each, descriptors: 40 + index }));
    const growth = of(leaking);
    assert.equal(growth && hasGrown(growth), true);
  });
});

describe("a sample", { skip: process.platform === "linux" ? false : "there is no /proc" }, () => {
  it("is of a process that runs", async () => {
    const taken = await sample(process.pid);
    assert.ok(taken !== undefined && taken.rssMiB > 10 && taken.descriptors > taken.sockets, JSON.stringify(taken));
    assert.equal(await sample(2 ** 22 + 1), undefined);
  });
});
