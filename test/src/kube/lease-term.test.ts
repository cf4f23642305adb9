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
    term.end("taken by another");
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
    term.check();
    assert.equal(term.over(), false);
    clock.jump(1);
    term.check();
    assert.equal(term.over(), true);
  });

  it("is not longer for a clock that was set back", async () => {
    const clock = createTestClock();
    const term = createTerm({ clock, termMs: 10_000 });
    clock.jump(-3_600_000);
    term.check();
    await clock.advance(10_000);
    assert.equal(term.over(), true);
  });
});
