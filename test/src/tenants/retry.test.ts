import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TerminalError } from "../../../src/model/errors.ts";
import { orAborted, persist, timeLimit } from "../../../src/tenants/retry.ts";
import { createTestClock } from "../../helpers/clock.ts";

const never = new AbortController().signal;

function setup(outcomes: (Error | string)[], signal = never) {
  const clock = createTestClock();
  const reasons: string[] = [];
  let tried = 0;
  const result = persist(
    () => {
      const outcome = outcomes[tried++];
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
    {
      tries: 3,
      backoff: { baseMs: 100, maxMs: 150 },
      clock,
      random: () => 1,
      signal,
      onRetry: (error) => reasons.push(String(error)),
    },
  );
  result.catch(() => undefined);
  return { clock, reasons, result, tried: () => tried };
}

describe("trying again", () => {
  it("waits longer each time, up to a limit", async () => {
    const { clock, result, tried, reasons } = setup([new Error("a"), new Error("b"), "done"]);
    await clock.advance(99);
    assert.equal(tried(), 1);
    await clock.advance(1);
    assert.equal(tried(), 2);
    await clock.advance(149);
    assert.equal(tried(), 2);
    await clock.advance(1);
    assert.equal(await result, "done");
    assert.deepEqual(reasons, ["Error: a", "Error: b"]);
  });

  it("ends with the last error when the tries are used up", async () => {
    const { clock, result, tried } = setup([new Error("a"), new Error("b"), new Error("c"), "never"]);
    await clock.advance(1_000);
    await assert.rejects(result, /^Error: c$/);
    assert.equal(tried(), 3);
  });

  it("ends at once when waiting does not help", async () => {
    const { result, tried } = setup([new TerminalError("no"), "never"]);
    await assert.rejects(result, TerminalError);
    assert.equal(tried(), 1);
  });

  it("ends when nobody wants it any more: while it waits, works, or before it begins", async () => {
    const stop = new AbortController();
    const waiting = setup([new Error("a"), "never"], stop.signal);
    await waiting.clock.advance(1);
    stop.abort();
    await assert.rejects(waiting.result, /^Error: a$/);
    assert.equal(waiting.clock.pending(), 0);
    const late = setup(["never"], stop.signal);
    await assert.rejects(late.result, /aborted/);
    assert.equal(late.tried(), 0);
  });
});

describe("work that may be left alone", () => {
  it("rejects as soon as it is aborted, and leaves no listener", async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const work = orAborted(Promise.withResolvers<void>().promise, stop.signal);
    stop.abort(reason);
    await assert.rejects(work, { message: "aborted", cause: reason });
    await assert.rejects(orAborted(Promise.resolve(), stop.signal), /aborted/);
    assert.equal(await orAborted(Promise.resolve(1), never), 1);
  });
});

describe("a time limit", () => {
  it("ends when the time is over, or with its caller", async () => {
    const clock = createTestClock();
    const late = timeLimit(50, clock, never);
    await clock.advance(50);
    assert.deepEqual([late.signal.aborted, late.over()], [true, true]);
    const stop = new AbortController();
    const stopped = timeLimit(50, clock, stop.signal);
    stop.abort();
    assert.deepEqual([stopped.signal.aborted, stopped.over()], [true, false]);
    stopped.clear();
    assert.equal(clock.pending(), 0);
  });
});
