import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openLoop } from "../../sandbox/open-loop.ts";

describe("load at a fixed rate", () => {
  it("sends on time although nothing is answered, and gives outcomes in order", async () => {
    let open = 0;
    let most = 0;
    const outcomes = await openLoop(
      async (index) => {
        most = Math.max(most, ++open);
        await sleep(100 - 4 * index);
        open--;
        return index;
      },
      { perSecond: 200, seconds: 0.1 },
    );
    assert.deepEqual(
      outcomes,
      Array.from({ length: 20 }, (_, index) => index),
    );
    assert.ok(most > 3, `${most} at once`);
  });

  it("ends when it is told to", async () => {
    const stop = new AbortController();
    const sent = await openLoop(
      async (index) => {
        if (index === 4) stop.abort();
        return index;
      },
      { perSecond: 1_000, seconds: 60, signal: stop.signal },
    );
    assert.deepEqual(sent, [0, 1, 2, 3, 4]);
  });

  it("rejects with what failed, after all were sent", async () => {
    let sent = 0;
    const failing = openLoop(
      async (index) => {
        sent++;
        if (index === 2) throw new Error("third");
      },
      { perSecond: 1_000, seconds: 0.01 },
    );
    await assert.rejects(failing, /third/);
    assert.equal(sent, 10);
  });
});
