import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KubeError } from "../../../src/kube/errors.ts";
import { verdictOfError, verdictOfResult } from "../../../src/kube/queue-verdict.ts";
import { TerminalError, WaitError } from "../../../src/model/errors.ts";

const OPTIONS = { failures: 0, backoff: { baseMs: 250, maxMs: 60_000 }, random: () => 1 };

describe("the verdict on a run", () => {
  it("is done unless the run says otherwise", () => {
    assert.deepEqual(verdictOfResult(undefined), { outcome: "done", failures: 0, gapMs: 0 });
    assert.deepEqual(verdictOfResult({ outcome: "waiting", requeueAfterMs: 5 }), {
      outcome: "waiting",
      failures: 0,
      gapMs: 0,
      afterMs: 5,
    });
  });

  it("is to rest where the run asks for it, whenever else it wants to be looked at", () => {
    assert.deepEqual(verdictOfResult({ restMs: 9, requeueAfterMs: 5_000 }), {
      outcome: "done",
      failures: 0,
      gapMs: 9,
      afterMs: 9,
    });
  });

  it("does not wait long for an API server that is away", () => {
    const afterMs = (status: number) =>
      verdictOfError(new KubeError("x", { status }), { ...OPTIONS, failures: 20 }).afterMs;
    assert.deepEqual([0, 503, 500].map(afterMs), [10_000, 10_000, 60_000]);
  });

  it("is to wait as long as a WaitError says, which is no failure", () => {
    assert.deepEqual(verdictOfError(new WaitError("x", 700), { ...OPTIONS, failures: 9 }), {
      outcome: "waiting",
      failures: 0,
      afterMs: 700,
      gapMs: 0,
    });
  });

  it("is not to try again after a TerminalError", () => {
    assert.deepEqual(verdictOfError(new TerminalError("x"), { ...OPTIONS, failures: 9 }), {
      outcome: "failed",
      failures: 0,
      gapMs: 0,
    });
  });

  it("doubles the wait with each failure, up to the most", () => {
    const waits = [0, 1, 2, 3, 20, 2_000].map(
      (failures) => verdictOfError(new Error("x"), { ...OPTIONS, failures }).afterMs,
    );
    assert.deepEqual(waits, [250, 500, 1_000, 2_000, 60_000, 60_000]);
  });

  it("never waits less than a tenth of a second by itself", () => {
    assert.equal(verdictOfError(new Error("x"), { ...OPTIONS, failures: 5, random: () => 0 }).afterMs, 100);
  });

  it("lets a fresh add run at once after one failure, and at growing gaps after more", () => {
    const gaps = [0, 1, 2, 3, 20].map((failures) => verdictOfError(new Error("x"), { ...OPTIONS, failures }).gapMs);
    assert.deepEqual(gaps, [0, 250, 500, 1_000, 60_000]);
  });

  it("never lets a fresh add wait longer than the key would by itself", () => {
    const { afterMs, gapMs } = verdictOfError(new Error("x"), { ...OPTIONS, failures: 9, random: () => 0.01 });
    assert.equal(gapMs, afterMs);
  });

  it("keeps to Retry-After, for fresh adds too", () => {
    const error = new KubeError("x", { status: 429, retryAfterMs: 9_000 });
    assert.deepEqual(verdictOfError(error, OPTIONS), { outcome: "failed", failures: 1, afterMs: 9_000, gapMs: 9_000 });
  });
});
