import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type BodyShare, createBodyBudget } from "../../../src/http/body-budget.ts";

/** A budget, and names of the bodies that had to make room, in order. */
function start(most: number) {
  const budget = createBodyBudget(most);
  const gone: string[] = [];
  return { gone, open: (name: string): BodyShare => budget.open(() => gone.push(name)) };
}

test("takes what fits, to the byte", () => {
  const { gone, open } = start(10);
  open("a").hold(4);
  open("b").hold(6);
  assert.deepEqual(gone, []);
});

test("makes room by giving up who has been coming for longest, and no more than it must", () => {
  const { gone, open } = start(10);
  for (const name of ["a", "b", "c"]) open(name).hold(3);
  open("d").hold(4);
  assert.deepEqual(gone, ["a"]);
});

test("counts what a body holds now, and nothing once it is closed", () => {
  const { gone, open } = start(10);
  const a = open("a");
  for (const bytes of [2, 4, 8]) a.hold(bytes);
  open("b").hold(2);
  a.close();
  a.close();
  open("c").hold(8);
  assert.deepEqual(gone, []);
});

test("gives nobody up twice, and hears no more of who was given up", () => {
  const { gone, open } = start(10);
  const a = open("a");
  a.hold(10);
  open("b").hold(10);
  a.hold(10);
  assert.deepEqual(gone, ["a"]);
});

test("never holds more than its bound, whatever comes and goes, and lets the newest in", () => {
  const acts = fc.array(fc.record({ open: fc.boolean(), which: fc.nat(9), bytes: fc.nat(10) }), { maxLength: 60 });
  fc.assert(
    fc.property(acts, (list) => {
      const budget = createBodyBudget(10);
      const held = new Map<number, number>();
      const shares: BodyShare[] = [];
      for (const { open, which, bytes } of list) {
        const index = open ? shares.length : which % Math.max(1, shares.length);
        if (open) shares.push(budget.open(() => held.delete(index)));
        if (open || held.has(index)) held.set(index, bytes);
        shares[index]?.hold(bytes);
        const total = [...held.values()].reduce((sum, one) => sum + one, 0);
        assert.ok(total <= 10, `${total} bytes`);
        if (open) assert.ok(held.has(index));
      }
    }),
  );
});
