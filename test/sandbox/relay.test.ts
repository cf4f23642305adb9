import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../sandbox/port.ts";
import { type Relay, startRelay } from "../../sandbox/relay.ts";
import { eventually } from "../helpers/eventually.ts";

/** Answers every chunk with its name in front; `silent` takes and says nothing. */
async function backend(t: TestContext, name: string): Promise<{ port: number; kill: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => name === "silent" || socket.write(`${name}:${chunk.toString()}`));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const kill = (): void => {
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  t.after(kill);
  return { port: (server.address() as { port: number }).port, kill };
}

async function relay(t: TestContext, ...backends: number[]): Promise<Relay> {
  const started = await startRelay(backends);
  t.after(() => started.close());
  return started;
}

async function client(t: TestContext, { port }: Relay) {
  const socket = connect(port, "127.0.0.1");
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  let error: string | undefined;
  let heard = "";
  socket.on("error", ({ code }: NodeJS.ErrnoException) => (error = code));
  socket.on("data", (chunk) => (heard += chunk.toString()));
  t.after(() => socket.destroy());
  return {
    ended,
    error: () => error,
    heard: () => heard,
    say: (word: string) => void socket.write(word),
    async ask(word: string) {
      const before = heard.length;
      socket.write(word);
      await eventually("an answer", () => heard.length > before);
      return heard.slice(before);
    },
  };
}

describe("a relay", () => {
  it("gives connections to backends in turns, and keeps each where it is", async (t) => {
    const [a, b] = [await backend(t, "a"), await backend(t, "b")];
    const service = await relay(t, a.port, b.port);
    const [one, two] = [await client(t, service), await client(t, service)];
    assert.deepEqual([await one.ask("1"), await two.ask("2")].toSorted(), ["a:1", "b:2"]);
    service.setBackends([b.port]);
    const three = await client(t, service);
    assert.equal(await three.ask("3"), "b:3");
    const first = one.heard().charAt(0);
    assert.equal(await one.ask("4"), `${first}:4`);
  });

  it("goes on to the next where one refuses, and resets when nobody is left", async (t) => {
    const a = await backend(t, "a");
    const service = await relay(t, await freePort(), a.port);
    for (const word of ["1", "2"]) assert.equal(await (await client(t, service)).ask(word), `a:${word}`);
    service.setBackends([]);
    const nobody = await client(t, service);
    await nobody.ended;
    assert.equal(nobody.error(), "ECONNRESET");
  });

  it("passes on that a backend has died, and takes new connections", async (t) => {
    const [a, b] = [await backend(t, "a"), await backend(t, "b")];
    const service = await relay(t, a.port);
    const one = await client(t, service);
    await one.ask("1");
    service.setBackends([a.port, b.port]);
    a.kill();
    await one.ended;
    assert.equal(await (await client(t, service)).ask("2"), "b:2");
  });

  it("cuts what is open with a reset", async (t) => {
    const a = await backend(t, "a");
    const network = await relay(t, a.port);
    const one = await client(t, network);
    await one.ask("1");
    network.cut();
    await one.ended;
    assert.equal(one.error(), "ECONNRESET");
    assert.equal(await (await client(t, network)).ask("2"), "a:2");
  });

  it("holds everything back while it is frozen, and loses nothing", async (t) => {
    const a = await backend(t, "a");
    const network = await relay(t, a.port);
    const one = await client(t, network);
    await one.ask("1");
    network.freeze();
    one.say("2");
    const late = await client(t, network);
    late.say("3");
    await sleep(100);
    assert.deepEqual([one.heard(), late.heard()], ["a:1", ""]);
    network.thaw();
    await eventually("both answers", () => one.heard() === "a:1a:2" && late.heard() === "a:3");
  });

  it("counts what waits for an answer", async (t) => {
    const [a, silent] = [await backend(t, "a"), await backend(t, "silent")];
    const service = await relay(t, a.port, silent.port);
    const [one, two] = [await client(t, service), await client(t, service)];
    one.say("1");
    two.say("2");
    await eventually("both to be there", () => service.connections(a.port) + service.connections(silent.port) === 2);
    await eventually("the young ones to be old", () => service.inFlight(a.port) === 0);
    assert.equal(service.connections(a.port), 1);
    assert.equal(service.inFlight(silent.port), 1);
    for (const { kill } of [a, silent]) kill();
    await Promise.all([one.ended, two.ended]);
    assert.deepEqual([service.unanswered(a.port), service.unanswered(silent.port)], [0, 1]);
  });
});
