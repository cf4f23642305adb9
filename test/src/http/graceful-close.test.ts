import assert from "node:assert/strict";
import { test } from "node:test";
import { createHttpServer } from "../../../src/http/server.ts";
import { systemClock } from "../../../src/model/clock.ts";
import { GET, openDoor, slowHandler } from "../../helpers/https-door.ts";
import { createTestLog } from "../../helpers/log.ts";
import { rawClient } from "../../helpers/raw-http.ts";

/** Before any bound of the server could do it. */
const SOON = { timeout: 5_000 };

test("finishes the answer in flight when it is closed, tells the caller to go, and accepts nobody new", async (t) => {
  const slow = slowHandler();
  const { server, dial } = await openDoor(t, slow);
  const client = await dial();
  client.send(GET);
  await slow.arrived;
  const closing = server.close(60_000);
  await assert.rejects(dial(), { code: "ECONNREFUSED" });
  slow.release();
  const { headers, body } = await client.answer();
  assert.deepEqual([body, headers["connection"]], ["late", "close"]);
  await client.closed;
  await closing;
  assert.equal(server.port(), undefined);
});

test("finishes a request that was half sent when the close began", async (t) => {
  const half = Promise.withResolvers<void>();
  const { server, dial } = await openDoor(t, {
    handler: (request, response) =>
      void request.once("data", () => half.resolve()).once("end", () => response.end("whole")),
  });
  const client = await dial();
  client.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nha");
  await half.promise;
  const closing = server.close(60_000);
  client.send("lf");
  assert.equal((await client.answer()).body, "whole");
  await closing;
});

test("finishes a request whose head was half sent, and closes then", async (t) => {
  const { server, dial } = await openDoor(t);
  const [client, other] = [await dial(), await dial()];
  client.send(GET);
  await client.answer();
  client.send(GET.slice(0, 8));
  other.send(GET);
  await other.answer(); // by now the half has arrived
  const closing = server.close(60_000);
  client.send(GET.slice(8));
  const { status, headers } = await client.answer();
  assert.deepEqual([status, headers["connection"]], [200, "close"]);
  await closing;
});

test("closes a connection whose answer had begun when the close began", SOON, async (t) => {
  const begun = Promise.withResolvers<() => void>();
  const { server, dial } = await openDoor(t, {
    handler: (_, response) => {
      response.writeHead(200, { "content-length": 4 });
      response.write("ha");
      begun.resolve(() => void response.end("lf"));
    },
  });
  const client = await dial();
  client.send(GET);
  const end = await begun.promise;
  const closing = server.close(60_000);
  end();
  assert.equal((await client.answer()).body, "half");
  await closing;
});

test("closes idle and unused connections at once", SOON, async (t) => {
  const { server, dial } = await openDoor(t);
  const [idle, unused] = [await dial(), await dial()];
  idle.send(GET);
  await idle.answer();
  await server.close(60_000);
  await Promise.all([idle.closed, unused.closed]);
});

test("cuts off at the deadline what does not end", SOON, async (t) => {
  const slow = slowHandler();
  const { server, dial, clock, port } = await openDoor(t, slow);
  const handshaking = await rawClient(port);
  const client = await dial();
  client.send(GET);
  await slow.arrived;
  const closing = server.close(5_000);
  await clock.advance(4_999);
  assert.equal(client.socket.closed, false);
  await clock.advance(1);
  await closing;
  await assert.rejects(client.answer(), /connection closed/);
  await handshaking.closed;
});

test("goes on while it drains, and ends each connection with an answer that says so", SOON, async (t) => {
  const slow = slowHandler();
  const { server, dial, clock } = await openDoor(t, slow);
  const [before, idle] = [await dial(), await dial()];
  before.send(GET);
  await slow.arrived;
  let over = false;
  const drained = server.drain(5_000).then(() => (over = true));
  const during = await dial();
  during.send(GET);
  idle.send(GET);
  await new Promise((resolve) => setTimeout(resolve, 50)); // all three have arrived
  slow.release();
  for (const client of [before, during, idle]) {
    const { body, headers } = await client.answer();
    assert.deepEqual([body, headers["connection"]], ["late", "close"]);
    await client.closed;
  }
  await clock.advance(4_999);
  assert.equal(over, false);
  await Promise.all([server.drain(60_000), clock.advance(1), drained]);
  await dial(); // it goes on after that until it is closed
});

test("ends a drain when it is closed", SOON, async (t) => {
  const { server } = await openDoor(t);
  const drained = server.drain(60_000);
  await server.close(60_000);
  await drained;
});

test("answers what had arrived when the close began, though nobody had read it", SOON, async (t) => {
  const { server, dial } = await openDoor(t);
  const client = await dial();
  client.send(GET);
  await client.answer();
  client.send(GET);
  const until = Date.now() + 50;
  while (Date.now() < until); // it is in the socket by now, and the loop has not turned
  const closing = server.close(60_000);
  const { status, headers } = await client.answer();
  assert.deepEqual([status, headers["connection"]], [200, "close"]);
  await closing;
});

test(
  "joins a second close to the first, and neither drains nor closes for long what never listened",
  SOON,
  async (t) => {
    const { server } = await openDoor(t);
    await Promise.all([server.close(0), server.close(60_000)]);
    const { log } = createTestLog();
    const unheard = createHttpServer({ handler: () => undefined, host: "127.0.0.1", port: 0, clock: systemClock, log });
    await unheard.drain(60_000);
    await unheard.close(0);
  },
);
