import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createDeadline } from "../../../src/kube/deadline.ts";
import { createTestClock } from "../../helpers/clock.ts";

describe("a deadline", () => {
  it("aborts its signal when the time is over, and says so", async () => {
    const clock = createTestClock();
    const deadline = createDeadline({ ms: 100, clock });
    await clock.advance(99);
    assert.deepEqual([deadline.ended(), deadline.signal.aborted], [undefined, false]);
    await clock.advance(1);
    assert.deepEqual([deadline.ended(), deadline.signal.aborted], ["timeout", true]);
  });

  it("follows the caller's signal, also one that was aborted before", () => {
    const clock = createTestClock();
    const caller = new AbortController();
    const deadline = createDeadline({ ms: 100, clock, signal: caller.signal });
    caller.abort(new Error("enough"));
    assert.equal(deadline.ended(), "aborted");
    const late = createDeadline({ ms: 100, clock, signal: caller.signal });
    assert.deepEqual([late.ended(), late.signal.aborted], ["aborted", true]);
  });

  it("leaves neither timer nor effect behind once cleared", async () => {
    const clock = createTestClock();
    const caller = new AbortController();
    const deadline = createDeadline({ ms: 100, clock, signal: caller.signal });
    deadline.clear();
    assert.equal(clock.pending(), 0);
    caller.abort();
    await clock.advance(1_000);
    assert.equal(deadline.ended(), undefined);
  });

  it("ends a race against work that never ends, and passes on work that does", async () => {
    const clock = createTestClock();
    const deadline = createDeadline({ ms: 100, clock });
    assert.equal(await deadline.race(Promise.resolve(7)), 7);
    const stuck = assert.rejects(deadline.race(new Promise(() => undefined)), /the deadline ended/);
    await clock.advance(100);
    await stuck;
    await assert.rejects(deadline.race(new Promise(() => undefined)), /the deadline ended/);
  });
});
