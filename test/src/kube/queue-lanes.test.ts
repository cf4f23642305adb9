import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLanes } from "../../../src/kube/queue-lanes.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createTestClock } from "../../helpers/clock.ts";

describe("lanes", () => {
  const made = () => {
    const clock = createTestClock();
    const metrics = createMetrics();
    const lanes = createLanes({ queue: "q", clock, metrics });
    const takeAll = (): string[] => {
      const all: string[] = [];
      for (let key = lanes.take(); key !== undefined; key = lanes.take()) all.push(key);
      return all;
    };
    return { clock, metrics, lanes, takeAll };
  };

  it("give out fresh keys first, each lane in order, no key twice", () => {
    const { lanes, takeAll } = made();
    for (const key of ["r1", "r2"]) lanes.put(key, "resync");
    for (const key of ["f1", "f2", "f1"]) lanes.put(key, "fresh");
    assert.equal(lanes.size(), 4);
    assert.deepEqual(takeAll(), ["f1", "f2", "r1", "r2"]);
    assert.equal(lanes.size(), 0);
  });

  it("move a key from resync to fresh, and never back", () => {
    const { lanes, takeAll } = made();
    for (const key of ["a", "b"]) lanes.put(key, "resync");
    lanes.put("b", "fresh");
    lanes.put("b", "resync");
    assert.deepEqual(takeAll(), ["b", "a"]);
  });

  it("forget a removed key of either lane", () => {
    const { lanes, takeAll } = made();
    lanes.put("a", "resync");
    lanes.put("b", "fresh");
    lanes.remove("a");
    lanes.remove("b");
    assert.deepEqual([lanes.has("a"), lanes.has("b"), takeAll()], [false, false, []]);
  });

  it("tell depth and the age of the oldest key, also while nothing moves", async () => {
    const { clock, metrics, lanes, takeAll } = made();
    lanes.put("a", "resync");
    await clock.advance(5_000);
    lanes.put("b", "fresh");
    await clock.advance(25_000);
    const { body } = await metrics.scrape();
    assert.match(body, /landlord_queue_depth\{queue="q"\} 2/);
    assert.match(body, /landlord_queue_oldest_seconds\{queue="q"\} 30/);
    takeAll();
    assert.match((await metrics.scrape()).body, /landlord_queue_oldest_seconds\{queue="q"\} 0/);
    assert.equal(clock.pending(), 0);
  });
});
