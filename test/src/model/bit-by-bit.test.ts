import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bitByBit } from "../../../src/model/bit-by-bit.ts";

const items = Array.from({ length: 2_000 }, (_, index) => index);

describe("work on a long list", () => {
  it("is done in order, and lets others have their turn", async () => {
    const done: number[] = [];
    const longest: number[] = [];
    let before = 0;
    const look = (): void => {
      longest.push(done.length - before);
      before = done.length;
      if (done.length < items.length) setImmediate(look);
    };
    setImmediate(look);
    await bitByBit(items, (item) => done.push(item));
    assert.deepEqual(done, items);
    assert.ok(Math.max(...longest) <= 500, `${Math.max(...longest)} in one turn`);
  });

  it("is done at once where it is short", async () => {
    const done: number[] = [];
    const whole = bitByBit([1, 2, 3], (item) => done.push(item));
    assert.deepEqual(done, [1, 2, 3]);
    await whole;
  });

  it("ends with the first that throws", async () => {
    const done: number[] = [];
    const failing = bitByBit(items, (item) => {
      if (item === 700) throw new Error("seven hundred");
      done.push(item);
    });
    await assert.rejects(failing, /seven hundred/);
    assert.equal(done.length, 700);
  });
});
