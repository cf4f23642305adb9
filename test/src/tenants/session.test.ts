import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSessionHolder } from "../../../src/tenants/session.ts";

interface Fake {
  number: number;
  alive: boolean;
  closed: boolean;
}

function setup() {
  const opened: Fake[] = [];
  let gate = Promise.resolve();
  let fails = false;
  const holder = createSessionHolder<Fake>({
    async open() {
      await gate;
      if (fails) throw new Error("refused");
      const session = { number: opened.length, alive: true, closed: false };
      opened.push(session);
      return session;
    },
    alive: ({ alive }) => alive,
    close(session) {
      session.closed = true;
      return Promise.reject(new Error("it is gone already"));
    },
  });
  return {
    holder,
    opened,
    fail: (whether: boolean) => void (fails = whether),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

describe("a session for all", () => {
  it("is opened when first asked for, once for all who ask", async () => {
    const { holder, opened } = setup();
    assert.equal(opened.length, 0);
    const sessions = await Promise.all([holder.get(), holder.get(), holder.get()]);
    assert.equal(await holder.get(), sessions[0]);
    assert.equal(opened.length, 1);
  });

  it("is replaced when it is dead, and the dead one is closed", async () => {
    const { holder, opened } = setup();
    const first = await holder.get();
    first.alive = false;
    const [second, third] = await Promise.all([holder.get(), holder.get()]);
    assert.deepEqual([second.number, third.number, opened.length], [1, 1, 2]);
    assert.deepEqual([first.closed, second.closed], [true, false]);
  });

  it("is tried anew after a failure", async () => {
    const { holder, fail } = setup();
    fail(true);
    await assert.rejects(holder.get(), /refused/);
    fail(false);
    assert.equal((await holder.get()).number, 0);
  });

  it("is closed at the end, also if it is being opened just then, and given to nobody after", async () => {
    const { holder, opened, hold } = setup();
    const release = hold();
    const asked = holder.get();
    const closing = holder.close();
    release();
    await closing;
    assert.equal((await asked).closed, true);
    await assert.rejects(holder.get(), /the store is closed/);
    assert.equal(opened.length, 1);
  });

  it("that could not be opened does not disturb the end", async () => {
    const { holder, fail } = setup();
    fail(true);
    const asked = holder.get();
    await Promise.all([holder.close(), assert.rejects(asked, /refused/)]);
  });
});
