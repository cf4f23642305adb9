import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { test } from "node:test";
import { createHttpServer, createHttpsServer } from "../../../src/http/server.ts";
import { systemClock } from "../../../src/model/clock.ts";
import { createTestSource, testCertificate } from "../../helpers/certificate-source.ts";
import { authority, FAST, GET, openDoor, slowHandler } from "../../helpers/https-door.ts";
import { createTestLog } from "../../helpers/log.ts";
import { rawClient, shownCertificate } from "../../helpers/raw-http.ts";

test("serves its certificate over TLS 1.3 and HTTP/1.1", async (t) => {
  const { dial, source } = await openDoor(t);
  const client = await dial({ ALPNProtocols: ["h2", "http/1.1"] });
  assert.equal("getProtocol" in client.socket && (client.socket as { getProtocol(): string }).getProtocol(), "TLSv1.3");
  assert.equal((client.socket as { alpnProtocol?: unknown }).alpnProtocol, "http/1.1");
  client.send(GET);
  assert.equal((await client.answer()).status, 200);
  assert.ok(source.current()?.certificate.replaceAll("\n", "").includes(shownCertificate(client)));
});

test("does not accept before there is a certificate", { timeout: 5_000 }, async (t) => {
  const source = createTestSource();
  const { log } = createTestLog();
  const handler: RequestListener = (_, response) => response.end("hello");
  const server = createHttpsServer({ source, handler, host: "127.0.0.1", port: 0, clock: systemClock, log });
  t.after(() => server.close(0));
  const listening = server.listen();
  await new Promise(setImmediate);
  assert.equal(server.port(), undefined);
  source.serve(testCertificate(authority));
  assert.equal(await listening, server.port());
});

test("gives up listening when it is closed before there is a certificate", { timeout: 5_000 }, async () => {
  const { log } = createTestLog();
  const server = createHttpsServer({
    source: createTestSource(),
    handler: () => undefined,
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    log,
  });
  const listening = assert.rejects(server.listen(), /closed before there was a certificate/);
  await server.close(0);
  await listening;
});

test("says which address it cannot have", async (t) => {
  const { port } = await openDoor(t);
  const { log } = createTestLog();
  const server = createHttpServer({ handler: () => undefined, host: "127.0.0.1", port, clock: systemClock, log });
  await assert.rejects(server.listen(), { message: `listen on 127.0.0.1:${port}: EADDRINUSE` });
});

test("cuts off a head that never ends", async (t) => {
  const { dial } = await openDoor(t, { bounds: { ...FAST, requestMs: 60_000 } });
  const client = await dial();
  client.send("POST / HTTP/1.1\r\nhost: x\r\n");
  const drip = setInterval(() => client.send("x: y\r\n"), 40);
  t.after(() => clearInterval(drip));
  assert.equal((await client.answer()).status, 408);
  await client.closed;
});

test("cuts off a body that never ends", async (t) => {
  const { dial } = await openDoor(t, { bounds: FAST, handler: (request) => void request.resume() });
  const client = await dial();
  client.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n");
  const drip = setInterval(() => client.send("x"), 40);
  t.after(() => clearInterval(drip));
  assert.equal((await client.answer()).status, 408);
  await client.closed;
});

test("closes a connection that never finishes its handshake", async (t) => {
  const { port } = await openDoor(t, { bounds: { handshakeMs: 100 } });
  const client = await rawClient(port);
  t.after(() => client.socket.destroy());
  client.send(Buffer.from("1603010200", "hex")); // announces a hello of 512 bytes
  await client.closed;
});

test("keeps idle connections for longer than kube-apiserver does", async (t) => {
  const { dial } = await openDoor(t);
  const client = await dial();
  client.send(GET);
  assert.equal((await client.answer()).headers["keep-alive"], "timeout=120");
});

test("closes a connection that sends nothing", async (t) => {
  const { dial } = await openDoor(t, { bounds: FAST });
  await (await dial()).closed;
});

test("refuses a head that is too large", async (t) => {
  const { dial } = await openDoor(t);
  const client = await dial();
  client.send(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(17 * 1024)}\r\n\r\n`);
  assert.equal((await client.answer()).status, 431);
  await client.closed;
});

test("answers what is not HTTP with 400 and closes", async (t) => {
  const { dial } = await openDoor(t);
  const client = await dial();
  client.send("\x00\x01\x02 nonsense\r\n\r\n");
  assert.equal((await client.answer()).status, 400);
  await client.closed;
});

test("closes connections beyond its cap unanswered, and says so once a minute", async (t) => {
  const { dial, lines, clock, port } = await openDoor(t, { bounds: { connections: 2 } });
  const warnings = (): number => lines.filter(({ level }) => level === "warn").length;
  const refused = async (): Promise<void> => {
    const client = await rawClient(port);
    await client.closed;
  };
  await dial();
  await dial();
  await refused();
  await refused();
  assert.equal(warnings(), 1);
  await clock.advance(60_000);
  await refused();
  assert.equal(warnings(), 2);
});

test("serves plain HTTP with the same bounds and the same end", async (t) => {
  const slow = slowHandler();
  const { log } = createTestLog();
  const server = createHttpServer({
    handler: slow.handler,
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    log,
    bounds: FAST,
  });
  const port = await server.listen();
  t.after(() => server.close(0));
  const loris = await rawClient(port);
  loris.send("GET / HTTP/1.1\r\n");
  assert.equal((await loris.answer()).status, 408);
  const client = await rawClient(port);
  client.send(GET);
  await slow.arrived;
  const unused = await rawClient(port);
  const closing = server.close(60_000);
  slow.release();
  assert.equal((await client.answer()).headers["connection"], "close");
  await Promise.all([closing, client.closed, loris.closed, unused.closed]);
});
