import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { freePort, isListening, unlessTaken } from "../../sandbox/port.ts";

describe("a free port", () => {
  it("is one that nobody listens on, and that one can listen on", async (t) => {
    const port = await freePort();
    assert.equal(await isListening(port), false);
    const server = createServer().listen(port, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    assert.equal(await isListening(port), true);
  });
});

describe("a start that minds no taken port", () => {
  const taken = new Error("taken");
  const isTaken = (error: unknown): boolean => error === taken;

  it("tries again until it is free", async () => {
    let tries = 0;
    const start = () => (++tries < 3 ? Promise.reject(taken) : Promise.resolve("up"));
    assert.equal(await unlessTaken(isTaken, start), "up");
    assert.equal(tries, 3);
  });

  it("gives up in the end", async () => {
    let tries = 0;
    const start = () => {
      tries++;
      return Promise.reject(taken);
    };
    await assert.rejects(unlessTaken(isTaken, start), taken);
    assert.equal(tries, 5);
  });

  it("does not try again after anything else", async () => {
    let tries = 0;
    const start = () => Promise.reject(new Error(`broken ${++tries}`));
    await assert.rejects(unlessTaken(isTaken, start), /^Error: broken 1$/);
  });
});
