import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aborted, type Clock, delay, systemClock } from "../../../src/model/clock.ts";

describe("delay", () => {
  it("ends at once when it is aborted, and cancels its timer", async () => {
    let cancelled = 0;
    const clock: Clock = { now: () => 0, steady: () => 0, after: () => () => void cancelled++ };
    const controller = new AbortController();
    const waiting = delay(60_000, clock, controller.signal);
    controller.abort();
    await waiting;
    assert.equal(cancelled, 1);
  });

  it("does not start when it is aborted already", async () => {
    const clock: Clock = { now: () => 0, steady: () => 0, after: () => assert.fail("no timer is needed") };
    await delay(60_000, clock, AbortSignal.abort());
  });
});

describe("systemClock", () => {
  it("tells the machine's time", () => {
    assert.ok(Math.abs(systemClock.now() - Date.now()) < 1_000);
  });

  it("has a steady time that goes on", () => {
    const before = systemClock.steady();
    const until = performance.now() + 2;
    while (performance.now() < until);
    assert.ok(systemClock.steady() - before >= 2);
  });

  it("takes a wait beyond what timers can hold without firing at once", () => {
    let fired = false;
    const cancel = systemClock.after(365 * 86_400_000, () => {
      fired = true;
    });
    cancel();
    assert.equal(fired, false);
  });
});

describe("the wait for an abort", () => {
  it("ends with it, and at once where it is over", async () => {
    const controller = new AbortController();
    let ended = false;
    const waiting = aborted(controller.signal).then(() => (ended = true));
    await Promise.resolve();
    assert.equal(ended, false);
    controller.abort();
    await waiting;
    await aborted(controller.signal);
  });
});
