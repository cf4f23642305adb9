import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type Exchange, type FaultProxy, startFaultProxy } from "../../sandbox/fault-proxy.ts";
import { createPki, PKI } from "../../sandbox/pki.ts";
import { eventually } from "../helpers/eventually.ts";

/** An API server by TLS that answers everything with 201 and its path, and watches with what `say` is given. */
async function behind(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), "fault-proxy-"));
  const ca = await createPki(directory);
  const watches: ServerResponse[] = [];
  const asked: string[] = [];
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers.authorization}`);
    incoming.resume();
    if (!incoming.url?.includes("watch=true")) return void outgoing.writeHead(201).end(`done ${incoming.url}`);
    outgoing.writeHead(200);
    outgoing.flushHeaders();
    watches.push(outgoing);
  };
  const [cert, key] = await Promise.all([PKI.certificate, PKI.key].map((path) => readFile(join(directory, path))));
  const server = createServer({ cert, key }, answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const seen: Exchange[] = [];
  const proxy = await startFaultProxy({
    directory,
    ca,
    server: `https://127.0.0.1:${port}`,
    seen: (exchange) => seen.push(exchange),
  });
  t.after(async () => {
    await proxy.close();
    server.close();
    server.closeAllConnections();
    await rm(directory, { recursive: true });
  });
  return { proxy, ca, seen, asked, watches, say: (text: string) => watches.forEach((each) => each.write(text)) };
}

function call({ port }: FaultProxy, ca: string, method: string, path: string) {
  return new Promise<{ status: number; retryAfter: string | undefined; text: string }>((resolve, reject) => {
    const headers = { authorization: "Bearer me" };
    const sent = request({ host: "127.0.0.1", port, ca, method, path, headers, agent: false }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"], text });
      });
    });
    sent.on("error", reject);
    sent.end(method === "GET" ? undefined : "{}");
  });
}

/** A watch that runs; `ended` is "end" or "cut" once it has. */
async function watch({ port }: FaultProxy, ca: string) {
  const sent = request({ host: "127.0.0.1", port, ca, path: "/pods?watch=true", agent: false }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  const story = { heard: "", ended: "" };
  answer.on("data", (chunk: Buffer) => (story.heard += chunk.toString()));
  answer.on("error", () => (story.ended = "cut"));
  answer.on("end", () => (story.ended = "end"));
  sent.on("error", () => undefined);
  return { story, leave: () => sent.destroy() };
}

describe("a proxy that misbehaves", () => {
  it("passes everything on as it is, and tells of writes", async (t) => {
    const { proxy, ca, seen, asked } = await behind(t);
    assert.equal((await call(proxy, ca, "GET", "/a")).text, "done /a");
    assert.deepEqual(await call(proxy, ca, "POST", "/b"), { status: 201, retryAfter: undefined, text: "done /b" });
    assert.deepEqual(asked, ["GET /a Bearer me", "POST /b Bearer me"]);
    await eventually("it was told", () => seen.length === 1);
    const { path, status, body, requestBody, delivered } = seen[0]!;
    assert.deepEqual(
      { path, status, body, requestBody, delivered },
      { path: "/b", status: 201, body: "done /b", requestBody: "{}", delivered: true },
    );
  });

  it("answers by itself, and passes on nothing then", async (t) => {
    const { proxy, ca, asked, seen } = await behind(t);
    proxy.setVerdicts(() => ({ status: 429, reason: "TooManyRequests", retryAfterSeconds: 3 }));
    const { status, retryAfter, text } = await call(proxy, ca, "POST", "/b");
    assert.deepEqual([status, retryAfter], [429, "3"]);
    assert.equal((JSON.parse(text) as { reason: string }).reason, "TooManyRequests");
    assert.deepEqual([asked, seen], [[], []]);
    proxy.setVerdicts(undefined);
    assert.equal((await call(proxy, ca, "POST", "/b")).status, 201);
  });

  it("loses the answer of what was done", async (t) => {
    const { proxy, ca, asked, seen } = await behind(t);
    proxy.setVerdicts(({ method }) => (method === "POST" ? "lost" : "pass"));
    await assert.rejects(call(proxy, ca, "POST", "/b"));
    assert.deepEqual(asked, ["POST /b Bearer me"]);
    assert.deepEqual(
      seen.map(({ status, delivered }) => [status, delivered]),
      [[201, false]],
    );
  });

  const endings: [Parameters<FaultProxy["breakWatches"]>[0], RegExp, string][] = [
    ["expired", /^\{"a":1\}\n\{"type":"ERROR",.*"code":410.*\}\n$/, "end"],
    ["half-line", /^\{"a":1\}\n\{"type":"MODIFIED","object":\{"kind":"Na$/, "end"],
    ["half-line-cut", /^\{"a":1\}\n\{"type":"MODIFIED","object":\{"kind":"Na$/, "cut"],
  ];
  for (const [how, heard, ended] of endings) {
    it(`breaks a watch: ${how}`, async (t) => {
      const { proxy, ca, say } = await behind(t);
      const { story } = await watch(proxy, ca);
      say('{"a":1}\n{"a":');
      await eventually("a line came", () => story.heard !== "");
      assert.equal(proxy.breakWatches(how), 1);
      await eventually("it has ended", () => story.ended !== "");
      assert.match(story.heard, heard);
      assert.equal(story.ended, ended);
      await eventually("it is forgotten", () => proxy.watches().open === 0);
    });
  }

  it("silences the watches that run, and no later one", async (t) => {
    const { proxy, ca, say } = await behind(t);
    const first = await watch(proxy, ca);
    proxy.breakWatches("silent");
    const second = await watch(proxy, ca);
    say('{"a":1}\n');
    await eventually("the second hears", () => second.story.heard !== "");
    assert.deepEqual(first.story, { heard: "", ended: "" });
    assert.deepEqual(proxy.watches(), { open: 2, silent: 1 });
    first.leave();
    await eventually("it is forgotten", () => proxy.watches().silent === 0);
    second.leave();
  });

  it("slows watches down, until it is told to stop", async (t) => {
    const { proxy, ca, say } = await behind(t);
    const { story, leave } = await watch(proxy, ca);
    proxy.throttle(1_000);
    const line = `"${"x".repeat(10_000)}"\n`;
    const started = performance.now();
    say(line);
    await eventually("some of it came", () => story.heard.length >= 300);
    assert.ok(performance.now() - started > 190, "100 bytes each 100 ms");
    assert.ok(story.heard.length < line.length / 2, `${story.heard.length} bytes`);
    proxy.throttle(undefined);
    await eventually("all came", () => story.heard === line, 2_000);
    leave();
  });
});
