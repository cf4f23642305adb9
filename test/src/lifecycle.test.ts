import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLifecycle } from "../../src/lifecycle.ts";
import { createLog } from "../../src/log.ts";
import type { Clock } from "../../src/model/clock.ts";

const silent = createLog("silent");
/** Time stands still, and every timer fires only when told to. */
function frozenClock(): Clock & { fire(): void } {
  const tasks: (() => void)[] = [];
  return {
    now: () => 0,
    steady: () => 0,
    after: (_ms, task) => (tasks.push(task), () => undefined),
    fire: () => tasks.forEach((task) => task()),
  };
}

describe("createLifecycle", () => {
  it("stops what was started last first", async () => {
    const order: string[] = [];
    const lifecycle = createLifecycle({ deadlineMs: 1_000, clock: frozenClock(), log: silent });
    for (const name of ["server", "watches", "lease"]) lifecycle.onStop(name, () => void order.push(name));
    assert.equal(await lifecycle.stop(), true);
    assert.deepEqual(order, ["lease", "watches", "server"]);
  });

  it("stops once however often it is asked", async () => {
    let stops = 0;
    const lifecycle = createLifecycle({ deadlineMs: 1_000, clock: frozenClock(), log: silent });
    lifecycle.onStop("server", () => void stops++);
    assert.equal(lifecycle.isStopping(), false);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    assert.equal(lifecycle.isStopping(), true);
    assert.equal(stops, 1);
  });

  it("tells everybody at once that it stops, whenever their turn comes", async () => {
    const lifecycle = createLifecycle({ deadlineMs: 1_000, clock: frozenClock(), log: silent });
    const order: string[] = [];
    lifecycle.signal.addEventListener("abort", () => void order.push("told"));
    for (const name of ["first", "second"]) {
      lifecycle.onStop(name, () => void order.push(`${name} ${lifecycle.signal.aborted}`));
    }
    const stopped = lifecycle.stop();
    assert.deepEqual([order, lifecycle.isStopping()], [["told"], true]);
    await stopped;
    assert.deepEqual(order, ["told", "second true", "first true"]);
  });

  it("goes on after a part that fails, and says so", async () => {
    const order: string[] = [];
    const lines: string[] = [];
    const log = createLog("warn", { write: (line) => void lines.push(line) });
    const lifecycle = createLifecycle({ deadlineMs: 1_000, clock: frozenClock(), log });
    lifecycle.onStop("first", () => void order.push("first"));
    lifecycle.onStop("broken", () => Promise.reject(new Error("no way")));
    assert.equal(await lifecycle.stop(), false);
    assert.deepEqual(order, ["first"]);
    assert.match(lines.join(""), /"part":"broken","cause":"no way"/);
  });

  it("leaves a part behind that hangs beyond the deadline", async () => {
    const clock = frozenClock();
    const order: string[] = [];
    const lifecycle = createLifecycle({ deadlineMs: 1_000, clock, log: silent });
    lifecycle.onStop("first", () => void order.push("first"));
    lifecycle.onStop("hangs", () => new Promise(() => undefined));
    const stopped = lifecycle.stop();
    await Promise.resolve();
    clock.fire();
    await new Promise((resolve) => setImmediate(resolve));
    clock.fire();
    assert.equal(await stopped, false);
    assert.deepEqual(order, ["first"]);
  });
});
