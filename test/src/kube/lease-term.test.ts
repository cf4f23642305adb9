import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTerm } from "../../../src/kube/lease-term.ts";
import { createTestClock } from "../../helpers/clock.ts";

describe("a term of leadership", () => {
  it("is over when it is not renewed", async () => {
    const clock = createTestClock();
    const term = createTerm({ clock, termMs: 10_000 });
    await clock.advance(9_999);
    assert.equal(term.over(), false);
    await clock.advance(1);
    assert.deepEqual([term.over(), term.signal.aborted, term.reason()], [true, true, "not renewed in time"]);
  });

  it("is counted from when a renewal was sent, not from when it was answered", async () => {
    const clock = createTestClock();
    const term = createTerm({ clock, termMs: 10_000 });
    await clock.advance(5_000);
    const renewal = term.begin();
    await clock.advance(4_000);
    renewal.succeeded();
    renewal.done();
    await clock.advance(5_999);
    assert.equal(term.over(), false);
    await clock.advance(1);
    assert.equal(term.over(), true);
  });

  it("is not longer for a renewal that failed", async () => {
    const clock = createTestClock();
    const term = createTerm({ clock, termMs: 10_000 });
    await clock.advance(5_000);
    term.begin().done();
    await clock.advance(5_000);
    assert.equal(term.over(), true);
    assert.equal(clock.pending(), 0);
  });

  it("stays over when a renewal succeeds too late, and keeps its first reason", () => {
    const clock = createTestClock();
    const term = createTerm({ clock, termMs: 10_000 });
    const renewal = term.begin();
    term.lose("taken by another");
    renewal.succeeded();
    renewal.done();
    term.end("stopped");
    assert.deepEqual([term.over(), term.reason()], [true, "taken by another"]);
    assert.equal(clock.pending(), 0);
  });

  it("is over by the clock when timers have slept", () => {
    const clock = createTestClock();
    const term = createTerm({ clock, termMs: 10_000 });
    clock.jump(9_999);
    assert.deepEqual([term.holds(), term.over()], [true, false]);
    clock.jump(1);
    assert.deepEqual([term.holds(), term.over(), term.reason()], [false, true, "not renewed in time"]);
  });

  it("is not longer for a clock that was set back", async () => {
    const clock = createTestClock();
    const term = createTerm({ clock, termMs: 10_000 });
    clock.jump(-3_600_000);
    assert.equal(term.holds(), true);
    await clock.advance(10_000);
    assert.equal(term.over(), true);
  });

  it("is over by the steady clock when timers are late and the wall clock was set back", () => {
    let steady = 0;
    const clock = { ...createTestClock(), steady: () => steady };
    const term = createTerm({ clock: { ...clock, now: () => clock.now() - steady }, termMs: 10_000 });
    steady = 9_999;
    assert.equal(term.holds(), true);
    steady = 10_000;
    assert.equal(term.holds(), false);
  });

  it("lets what is in hand be written after its end, until the time is over or it is lost", async () => {
    const clock = createTestClock();
    const [late, taken] = [createTerm({ clock, termMs: 10_000 }), createTerm({ clock, termMs: 10_000 })];
    late.end("stopped");
    taken.end("stopped");
    assert.deepEqual([late.over(), late.holds(), taken.holds()], [true, true, true]);
    taken.lose("taken by another");
    assert.deepEqual([taken.holds(), taken.reason()], [false, "stopped"]);
    await clock.advance(10_000);
    assert.equal(late.holds(), false);
    assert.equal(clock.pending(), 0);
  });

  it("stays lost when a renewal succeeds afterwards", async () => {
    const clock = createTestClock();
    const term = createTerm({ clock, termMs: 10_000 });
    await clock.advance(9_000);
    const renewal = term.begin();
    await clock.advance(1_000);
    renewal.succeeded();
    renewal.done();
    assert.equal(term.holds(), false);
    assert.equal(clock.pending(), 0);
  });
});
