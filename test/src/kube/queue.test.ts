import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { array, asyncProperty, boolean, constantFrom, assert as holds, integer, nat, oneof, record } from "fast-check";
import { KubeError } from "../../../src/kube/errors.ts";
import { createQueue, type QueueOptions } from "../../../src/kube/queue.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { TerminalError, WaitError } from "../../../src/model/errors.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createTestLog } from "../../helpers/log.ts";

type Run = { key: string; at: number; signal: AbortSignal; finish: (error?: Error) => void };

/** A queue whose runs last until the test finishes them, or end at once by what `answer` says. */
function made(
  options: Partial<QueueOptions> & {
    answer?: (key: string, run: number) => Awaited<ReturnType<QueueOptions["process"]>>;
  } = {},
) {
  const { answer, ...rest } = options;
  const clock = createTestClock();
  const log = createTestLog();
  const metrics = createMetrics();
  const runs: Run[] = [];
  const began = clock.now();
  const queue = createQueue({
    name: "q",
    concurrency: 1,
    process: (key, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      const run = {
        key,
        at: clock.now() - began,
        signal,
        finish: (error?: Error) => (error === undefined ? resolve(undefined) : reject(error)),
      };
      runs.push(run);
      if (answer === undefined) return promise;
      try {
        return Promise.resolve(answer(key, runs.length));
      } catch (error) {
        return Promise.reject(error);
      }
    },
    clock,
    log: log.log,
    metrics,
    random: () => 1,
    ...rest,
  });
  const keys = (): string[] => runs.map(({ key }) => key);
  const times = (): number[] => runs.map(({ at }) => at);
  const turn = (): Promise<void> => clock.advance(0);
  return { queue, clock, log, metrics, runs, keys, times, turn };
}

describe("a queue", () => {
  it("merges equal keys that wait", async () => {
    const { queue, keys, turn } = made({ answer: () => undefined });
    for (const key of ["a", "b", "a", "a"]) queue.add(key);
    assert.equal(queue.depth(), 2);
    await turn();
    assert.deepEqual(keys(), ["a", "b"]);
    assert.equal(queue.depth(), 0);
  });

  it("runs a key once more that was added while in hand, and never beside itself", async () => {
    const { queue, runs, keys, turn } = made({ concurrency: 5 });
    queue.add("a");
    await turn();
    queue.add("a");
    queue.add("a", "resync");
    await turn();
    assert.deepEqual(keys(), ["a"]);
    runs[0]?.finish();
    await turn();
    assert.deepEqual(keys(), ["a", "a"]);
    runs[1]?.finish();
    await turn();
    assert.equal(runs.length, 2);
  });

  it("has no more in hand than it may, and fills up as they end", async () => {
    const { queue, runs, keys, turn } = made({ concurrency: 2 });
    for (const key of ["a", "b", "c", "d"]) queue.add(key);
    await turn();
    assert.deepEqual(keys(), ["a", "b"]);
    runs[1]?.finish();
    await turn();
    assert.deepEqual(keys(), ["a", "b", "c"]);
  });

  it("lets others have their turn while runs end at once", async () => {
    const { queue, keys } = made({ answer: () => undefined, concurrency: 4 });
    for (let index = 0; index < 1_000; index++) queue.add(`key-${index}`);
    let before = 0;
    let most = 0;
    while (queue.depth() > 0) {
      await turnOfTheLoop();
      most = Math.max(most, keys().length - before);
      before = keys().length;
    }
    assert.equal(before, 1_000);
    assert.ok(most < 100, `${most} in one turn`);
  });

  it("takes fresh keys before resyncs, also one that became fresh", async () => {
    const { queue, keys, turn } = made({ answer: () => undefined });
    for (const key of ["r1", "r2", "r3"]) queue.add(key, "resync");
    queue.add("f");
    queue.add("r3", "fresh");
    await turn();
    assert.deepEqual(keys(), ["f", "r3", "r1", "r2"]);
  });

  it("runs a key again after the time that its run asks for", async () => {
    const { queue, clock, times } = made({ answer: (_, run) => (run === 1 ? { requeueAfterMs: 5_000 } : undefined) });
    queue.add("a");
    await clock.advance(20_000);
    assert.deepEqual(times(), [0, 5_000]);
    assert.equal(clock.pending(), 0);
  });

  it("lets a key rest that asks for it, whatever is added, and then looks once more", async () => {
    const { queue, clock, times, runs } = made({ answer: (_key, run) => (run < 3 ? { restMs: 1_000 } : undefined) });
    queue.addAfter("a", 1_500);
    queue.add("a");
    for (let beat = 0; beat < 30; beat++) {
      await clock.advance(100);
      queue.add("a", beat % 2 === 0 ? "fresh" : "resync");
    }
    assert.deepEqual(times().slice(0, 3), [0, 1_000, 2_000]);
    assert.ok(runs.length > 3);
  });

  it("lets a key rest that was added while in hand", async () => {
    const { queue, clock, times } = made({
      answer: (key, run) => {
        if (run === 1) queue.add(key);
        return run === 1 ? { restMs: 1_000 } : undefined;
      },
    });
    queue.add("a");
    await clock.advance(5_000);
    assert.deepEqual(times(), [0, 1_000]);
  });

  it("runs a key after a time, keeping the earlier of two, and not again after a run in between", async () => {
    const { queue, clock, times } = made({ answer: () => undefined });
    queue.addAfter("a", 5_000);
    queue.addAfter("a", 2_000);
    queue.addAfter("a", 9_000);
    await clock.advance(20_000);
    assert.deepEqual(times(), [2_000]);
    queue.addAfter("a", 5_000);
    queue.add("a");
    await clock.advance(20_000);
    assert.deepEqual(times(), [2_000, 20_000]);
  });

  it("runs a key once more whose time comes while it is in hand", async () => {
    const { queue, clock, runs, turn } = made();
    queue.add("a");
    await turn();
    queue.addAfter("a", 1_000);
    await clock.advance(3_000);
    assert.equal(runs.length, 1);
    runs[0]?.finish();
    await turn();
    assert.equal(runs.length, 2);
  });

  it("retries with doubling waits, and begins anew after a success", async () => {
    const { queue, clock, times } = made({
      backoff: { baseMs: 1_000, maxMs: 4_000 },
      answer: (_, run) => {
        if (run === 6) return undefined;
        throw new Error("no");
      },
    });
    queue.add("a");
    await clock.advance(20_000);
    assert.deepEqual(times(), [0, 1_000, 3_000, 7_000, 11_000, 15_000]);
    queue.add("a");
    await clock.advance(1_000);
    assert.deepEqual(times().slice(6), [20_000, 21_000]);
  });

  it("keeps the back-offs of two keys apart", async () => {
    const { queue, clock, runs } = made({
      answer: (key) => {
        if (key === "bad") throw new Error("no");
        return undefined;
      },
    });
    for (let round = 0; round < 4; round++) {
      queue.add("bad");
      queue.add("good");
      await clock.advance(10);
    }
    assert.equal(runs.filter(({ key }) => key === "good").length, 4);
    assert.ok(runs.filter(({ key }) => key === "bad").length < 4);
  });

  it("lets a fresh add try at once after one failure, but not in a loop", async () => {
    const { queue, clock, times } = made({
      backoff: { baseMs: 1_000, maxMs: 60_000 },
      answer: () => {
        throw new Error("no");
      },
    });
    queue.add("a");
    // what a status that is written on each failure does: an event, and so an add, for every run
    for (let event = 0; event < 100; event++) {
      await clock.advance(100);
      queue.add("a");
    }
    assert.deepEqual(times(), [0, 100, 1_100, 3_100, 7_100]);
  });

  it("lets a fresh add in hand count as such after a failure", async () => {
    const { queue, runs, turn } = made();
    queue.add("a");
    await turn();
    queue.add("a");
    queue.add("a", "resync");
    runs[0]?.finish(new Error("no"));
    await turn();
    assert.equal(runs.length, 2);
  });

  it("lets no time that was set before a failure undercut the wait after it", async () => {
    const { queue, runs, clock, turn } = made();
    queue.add("a");
    await turn();
    queue.addAfter("a", 10);
    runs[0]?.finish(new KubeError("x", { status: 429, retryAfterMs: 7_000 }));
    await clock.advance(6_999);
    assert.equal(runs.length, 1);
    await clock.advance(1);
    assert.equal(runs.length, 2);
  });

  it("does not let a resync hasten a retry", async () => {
    const { queue, clock, times } = made({
      backoff: { baseMs: 1_000, maxMs: 60_000 },
      answer: () => {
        throw new Error("no");
      },
    });
    queue.add("a");
    await clock.advance(500);
    queue.add("a", "resync");
    await clock.advance(500);
    assert.deepEqual(times(), [0, 1_000]);
  });

  it("waits as long as Retry-After says, whatever is added", async () => {
    const { queue, clock, times } = made({
      answer: (_, run) => {
        if (run === 1) throw new KubeError("x", { status: 429, retryAfterMs: 7_000 });
        return undefined;
      },
    });
    queue.add("a");
    await clock.advance(1_000);
    queue.add("a");
    queue.addAfter("a", 10);
    await clock.advance(20_000);
    assert.deepEqual(times(), [0, 7_000]);
  });

  it("takes a WaitError as no failure: it waits as told, or until the next add", async () => {
    const { queue, clock, times, metrics, log } = made({
      answer: (_, run) => {
        if (run < 4) throw new WaitError("not yet", 3_000);
        return undefined;
      },
    });
    queue.add("a");
    await clock.advance(3_500);
    queue.add("a");
    await clock.advance(10_000);
    assert.deepEqual(times(), [0, 3_000, 3_500, 6_500]);
    const { body } = await metrics.scrape();
    assert.match(body, /landlord_reconciles_total\{queue="q",outcome="waiting"\} 3/);
    assert.match(body, /landlord_reconciles_total\{queue="q",outcome="done"\} 1/);
    assert.ok(!body.includes("landlord_queue_retries_total{"));
    assert.ok(log.lines.every(({ level }) => level === "debug"));
  });

  it("does not try again after a TerminalError until the key is added", async () => {
    const { queue, clock, times } = made({
      answer: () => {
        throw new TerminalError("never");
      },
    });
    queue.add("a");
    await clock.advance(600_000);
    queue.add("a");
    await clock.advance(600_000);
    assert.deepEqual(times(), [0, 600_000]);
  });

  it("drops a forgotten key, its back-off included", async () => {
    const { queue, clock, times } = made({
      answer: () => {
        throw new Error("no");
      },
    });
    queue.add("a");
    await clock.advance(300);
    const before = times().length;
    queue.forget("a");
    await clock.advance(600_000);
    assert.equal(times().length, before);
    assert.equal(clock.pending(), 0);
    queue.add("b");
    queue.forget("b");
    await clock.advance(0);
    assert.equal(times().length, before);
    // a new bearer of the name begins without the old one's failures
    queue.add("a");
    await clock.advance(250);
    assert.deepEqual(times().slice(before), [600_300, 600_550]);
  });

  it("does not run a key again that was forgotten in hand, unless it is added anew", async () => {
    const { queue, runs, clock, turn } = made();
    queue.add("a");
    await turn();
    queue.add("a");
    queue.forget("a");
    runs[0]?.finish(new Error("no"));
    await clock.advance(600_000);
    assert.equal(runs.length, 1);
    queue.add("a");
    await turn();
    queue.forget("a");
    queue.add("a");
    runs[1]?.finish();
    await turn();
    assert.equal(runs.length, 3);
  });

  it("aborts a run at its deadline, and retries it", async () => {
    const { queue, runs, clock } = made({ deadlineMs: 1_000 });
    queue.add("a");
    await clock.advance(999);
    assert.equal(runs[0]?.signal.aborted, false);
    await clock.advance(1);
    assert.equal(runs[0]?.signal.aborted, true);
    runs[0]?.finish(runs[0]?.signal.reason as Error);
    await clock.advance(250);
    assert.equal(runs.length, 2);
  });

  it("takes a process that throws at once as failed", async () => {
    const { queue, clock, metrics } = made({
      process: () => {
        throw new Error("no");
      },
    });
    queue.add("a");
    await clock.advance(0);
    assert.match((await metrics.scrape()).body, /outcome="failed"\} 1/);
  });

  it("logs a failure with the key, the count and the wait", async () => {
    const { queue, log, turn } = made({
      describeKey: (key) => ({ namespace: key }),
      answer: () => {
        throw new Error("outer", { cause: new Error("inner") });
      },
    });
    queue.add("a");
    await turn();
    assert.deepEqual(log.lines, [
      {
        level: "warn",
        message: "reconcile failed",
        fields: { queue: "q", namespace: "a", error: "outer: inner", failures: 1, afterMs: 250 },
      },
    ]);
  });

  describe("when drained", () => {
    it("waits for those in hand, starts nothing and takes nothing", async () => {
      const { queue, runs, clock, turn } = made({ concurrency: 2 });
      for (const key of ["a", "b", "c"]) queue.add(key);
      queue.addAfter("d", 1_000);
      await turn();
      let drained = false;
      const draining = queue.drain().then(() => {
        drained = true;
        return undefined;
      });
      queue.add("e");
      queue.addAfter("f", 1);
      runs[0]?.finish();
      await clock.advance(5_000);
      assert.equal(drained, false);
      assert.equal(runs[1]?.signal.aborted, false);
      runs[1]?.finish(new Error("no"));
      await draining;
      await clock.advance(600_000);
      assert.equal(runs.length, 2);
      assert.equal(queue.depth(), 0);
      assert.equal(clock.pending(), 0);
    });

    it("is done at once with nothing in hand, and twice", async () => {
      const { queue } = made();
      queue.add("a");
      await queue.drain();
      await queue.drain();
      assert.equal(queue.depth(), 0);
    });

    it("aborts those in hand when it is in a hurry", async () => {
      const { queue, runs, turn } = made();
      queue.add("a");
      await turn();
      const hurry = new AbortController();
      const draining = queue.drain(hurry.signal);
      assert.equal(runs[0]?.signal.aborted, false);
      hurry.abort();
      assert.equal(runs[0]?.signal.aborted, true);
      runs[0]?.finish(new Error("aborted"));
      await draining;
    });
  });

  it("never runs a key twice at once, loses none, and keeps to its bounds, whatever happens", async () => {
    const key = constantFrom("a", "b", "c", "d");
    const step = oneof(
      record({ do: constantFrom("add" as const), key, fresh: boolean() }),
      record({ do: constantFrom("after" as const), key, ms: nat(5_000) }),
      record({ do: constantFrom("finish" as const), index: nat(3), fails: boolean() }),
      record({ do: constantFrom("wait" as const), ms: nat(3_000) }),
    );
    await holds(
      asyncProperty(integer({ min: 1, max: 3 }), array(step, { maxLength: 40 }), async (concurrency, steps) => {
        const { queue, runs, clock } = made({ concurrency });
        const owed = new Set<string>();
        const open = new Map<Run, string>();
        let seen = 0;
        const look = (): void => {
          for (const run of runs.slice(seen)) {
            assert.ok(![...open.values()].includes(run.key), `${run.key} runs twice at once`);
            open.set(run, run.key);
            owed.delete(run.key);
          }
          seen = runs.length;
          assert.ok(open.size <= concurrency);
        };
        const finish = async (run: Run, fails: boolean): Promise<void> => {
          open.delete(run);
          if (fails) owed.add(run.key);
          run.finish(fails ? new Error("no") : undefined);
          await clock.advance(0);
          look();
        };
        for (const one of steps) {
          if (one.do === "add") {
            owed.add(one.key);
            queue.add(one.key, one.fresh ? "fresh" : "resync");
          } else if (one.do === "after") {
            owed.add(one.key);
            queue.addAfter(one.key, one.ms);
          } else if (one.do === "finish") {
            const run = [...open.keys()][one.index];
            if (run !== undefined) await finish(run, one.fails);
          } else {
            await clock.advance(one.ms);
          }
          await clock.advance(0);
          look();
        }
        for (let round = 0; round < 50 && (owed.size > 0 || open.size > 0); round++) {
          for (const run of open.keys()) await finish(run, false);
          await clock.advance(120_000);
          look();
        }
        assert.deepEqual([...owed], [], "a key was lost");
        assert.equal(queue.depth(), 0);
        assert.equal(clock.pending(), 0, "something is remembered");
      }),
      { numRuns: 60 },
    );
  });
});
