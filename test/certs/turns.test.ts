import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "../../certs/turns.ts";

test("runs one at a time, and calls that wait share one run", async () => {
  const gates: (() => void)[] = [];
  const run = inTurn(() => new Promise((resolve) => void gates.push(resolve)));
  const first = run();
  await Promise.resolve();
  const [second, third] = [run(), run()];
  await Promise.resolve();
  assert.equal(gates.length, 1);
  gates[0]?.();
  await first;
  await new Promise(setImmediate);
  assert.equal(gates.length, 2);
  gates[1]?.();
  await Promise.all([second, third]);
});

test("goes on after a run that failed", async () => {
  let runs = 0;
  const run = inTurn(() => (++runs === 1 ? Promise.reject(new Error("no")) : Promise.resolve()));
  await assert.rejects(run(), /no/);
  await run();
  assert.equal(runs, 2);
});
