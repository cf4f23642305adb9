import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createAuthority } from "../../../certs/authority.ts";
import { issueLeaf } from "../../../certs/leaf.ts";
import type { Credentials } from "../../../src/kube/credentials.ts";
import { isSilence, KubeError } from "../../../src/kube/errors.ts";
import { createTransport, type Transport, type TransportRequest } from "../../../src/kube/transport.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { systemClock } from "../../../src/model/clock.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { eventually } from "../../helpers/eventually.ts";
import {
  createScriptedApiserver,
  json,
  refusal,
  reset,
  type ScriptedApiserver,
  SECRET,
  watch,
} from "../../helpers/scripted-apiserver.ts";

const GET: TransportRequest = {
  method: "GET",
  path: "/api/v1/namespaces/a",
  operation: { verb: "get", resource: "namespaces", object: "Namespace a" },
};

describe("transport", () => {
  let server: ScriptedApiserver;
  let transport: Transport;
  let invalidations: number;
  const metrics = createMetrics();

  const credentials = (): Credentials => ({
    server: server.url,
    headers: () => Promise.resolve({ authorization: `Bearer token-${invalidations}` }),
    invalidate: () => void invalidations++,
  });

  beforeEach(async () => {
    server = await createScriptedApiserver();
    invalidations = 0;
    transport = createTransport({ credentials: credentials(), metrics, clock: systemClock });
  });
  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  it("sends method, path, headers and JSON, and returns the answer's JSON", async () => {
    server.script(json({ answer: 42 }));
    const answer = await transport.call({
      ...GET,
      method: "PATCH",
      path: "/x?y=z",
      body: { a: 1 },
      contentType: "text/strange",
    });
    assert.deepEqual(answer, { answer: 42 });
    const [seen] = server.requests;
    assert.deepEqual([seen?.method, seen?.path, seen?.query.get("y"), seen?.body], ["PATCH", "/x", "z", '{"a":1}']);
    assert.equal(seen?.headers.authorization, "Bearer token-0");
    assert.equal(seen?.headers["content-type"], "text/strange");
    assert.equal(seen?.headers.accept, "application/json");
    assert.equal(seen?.headers["user-agent"], "landlord");
  });

  it("sends further headers, and tells of the answer's head", async () => {
    server.script(json({}));
    const heads: object[] = [];
    await transport.call({
      ...GET,
      headers: { "impersonate-user": "a", authorization: "no" },
      onHead: (head) => heads.push(head),
    });
    const [seen] = server.requests;
    assert.deepEqual([seen?.headers["impersonate-user"], seen?.headers.authorization], ["a", "Bearer token-0"]);
    assert.equal(heads.length, 1);
    assert.deepEqual(Object.keys(heads[0] ?? {}), ["date", "warnings"]);
  });

  it("keeps the path that the server's URL has", async () => {
    server.script(json({}));
    const behind = createTransport({
      credentials: { ...credentials(), server: `${server.url}/clusters/root:a/` },
      metrics,
      clock: systemClock,
    });
    await behind.call(GET);
    await behind.close();
    assert.equal(server.requests[0]?.path, "/clusters/root:a/api/v1/namespaces/a");
  });

  it("does not open a connection for each call", async () => {
    server.script(...Array.from({ length: 50 }, () => json({})));
    for (let call = 0; call < 50; call++) await transport.call(GET);
    // the next call may come before the last one's connection is free again
    assert.ok(server.connections.accepted <= 2, `${server.connections.accepted} connections`);
  });

  it("opens no more connections than it may, also after refusals whose bodies nobody wants", async () => {
    const few = createTransport({ credentials: credentials(), metrics, clock: systemClock, connections: 3 });
    server.script(...Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? json({}) : refusal(404, "NotFound"))));
    const settled = await Promise.allSettled(Array.from({ length: 60 }, () => few.call(GET)));
    await few.close();
    assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 30);
    assert.equal(server.connections.accepted, 3);
  });

  it("turns a refusal into an error with the server's reason, not its words", async () => {
    server.script(refusal(409, "AlreadyExists", { details: { causes: [{ field: "metadata.name", reason: "Dup" }] } }));
    const error = await transport.call(GET).catch((caught: unknown) => caught);
    assert.ok(error instanceof KubeError);
    assert.deepEqual(
      [error.message, error.status, error.reason, error.fields, error.causes],
      ["get Namespace a: already exists", 409, "AlreadyExists", ["metadata.name"], ["Dup"]],
    );
    assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes(SECRET));
  });

  it("says Retry-After in milliseconds", async () => {
    server.script(refusal(429, "TooManyRequests", {}, { "retry-after": "3" }));
    await assert.rejects(transport.call(GET), { retryAfterMs: 3_000, status: 429 });
  });

  it("makes do with an error that is no Status", async () => {
    server.script((response) => void response.writeHead(502).end("<html>proxy</html>"));
    await assert.rejects(transport.call(GET), { message: "get Namespace a: bad gateway", reason: "" });
  });

  it("asks once more with new credentials after a 401, with the same body", async () => {
    server.script(refusal(401, "Unauthorized"), json({ ok: true }));
    assert.deepEqual(await transport.call({ ...GET, method: "POST", body: { a: 1 } }), { ok: true });
    assert.deepEqual(
      server.requests.map(({ headers, body }) => [headers.authorization, body]),
      [
        ["Bearer token-0", '{"a":1}'],
        ["Bearer token-1", '{"a":1}'],
      ],
    );
  });

  it("gives up after a second 401", async () => {
    server.script(refusal(401, "Unauthorized"), refusal(401, "Unauthorized"));
    await assert.rejects(transport.call(GET), { status: 401, message: "get Namespace a: credentials not accepted" });
    assert.equal(server.requests.length, 2);
  });

  it("calls a reset, a refused connection and a cut body by their names", async () => {
    server.script(reset(), reset('{"a":'));
    await assert.rejects(transport.call(GET), { status: 0, message: "get Namespace a: connection lost" });
    await assert.rejects(transport.call(GET), { status: 0, message: "get Namespace a: connection lost" });
    await server.close();
    await assert.rejects(transport.call(GET), { status: 0, message: "get Namespace a: connection refused" });
    server = await createScriptedApiserver();
  });

  it("does not repeat an answer that is no JSON", async () => {
    server.script((response) => void response.writeHead(200).end(SECRET));
    const error = await transport.call(GET).catch((caught: unknown) => caught);
    assert.match(String(error), /get Namespace a: the answer is not JSON/);
  });

  it("ends a call at its deadline, be it before the head or in the middle of the body, and drops the connection", async () => {
    const clock = createTestClock();
    const timed = createTransport({ credentials: credentials(), metrics, clock, timeoutMs: 10_000 });
    server.script(
      () => undefined,
      (response) => void response.writeHead(200).write('{"a":'),
    );
    for (const [count, ms] of [
      [1, undefined],
      [2, 3_000],
    ] as const) {
      const failed = assert.rejects(timed.call({ ...GET, ...(ms === undefined ? {} : { timeoutMs: ms }) }), {
        message: `get Namespace a: no answer within ${ms ?? 10_000} ms`,
      });
      await eventually("the request is there", () => server.requests.length === count);
      await clock.advance((ms ?? 10_000) - 1);
      await clock.advance(1);
      await failed;
      await eventually("the connection is gone", () => server.connections.open === 0);
    }
    assert.equal(clock.pending(), 0);
    await timed.close();
  });

  it("ends a call when credentials never come", async () => {
    const clock = createTestClock();
    const stuck = createTransport({
      credentials: { ...credentials(), headers: () => new Promise(() => undefined) },
      metrics,
      clock,
    });
    const failed = assert.rejects(stuck.call(GET), { message: "get Namespace a: no answer within 10000 ms" });
    await clock.advance(10_000);
    await failed;
  });

  it("ends a call when the caller gives up, and when it had given up before", async () => {
    const caller = new AbortController();
    const failed = assert.rejects(transport.call({ ...GET, signal: caller.signal }), {
      message: "get Namespace a: aborted",
    });
    await eventually("the request is there", () => server.requests.length === 1);
    caller.abort();
    await failed;
    await assert.rejects(transport.call({ ...GET, signal: caller.signal }), { message: "get Namespace a: aborted" });
    assert.equal(server.requests.length, 1);
  });

  it("passes a failure of the credentials on as the cause", async () => {
    const broken = createTransport({
      credentials: { ...credentials(), headers: () => Promise.reject(new Error("read /x/token: no such file")) },
      metrics,
      clock: systemClock,
    });
    const error = await broken.call(GET).catch((caught: unknown) => caught);
    assert.ok(error instanceof KubeError && error.cause instanceof Error);
    assert.equal(error.cause.message, "read /x/token: no such file");
  });

  it("closes the connection of a stream that nobody reads on", async () => {
    server.script(watch(["one", "two"]));
    for await (const _ of transport.stream({ ...GET, idleMs: 60_000 })) break;
    await eventually("the connection is gone", () => server.connections.open === 0);
  });

  it("does not count the reader's own time as silence of the stream", async () => {
    const clock = createTestClock();
    const timed = createTransport({ credentials: credentials(), metrics, clock });
    server.script(watch(["one"]));
    const stream = timed.stream({ ...GET, idleMs: 90_000 });
    assert.equal(String((await stream.next()).value), "one");
    await clock.advance(1_000_000);
    const silent = assert.rejects(stream.next(), isSilence);
    await clock.advance(90_000);
    await silent;
    assert.equal(clock.pending(), 0);
    await timed.close();
  });

  it("counts requests by verb, resource and code, those without an answer as 0", async () => {
    const own = createMetrics();
    const counted = createTransport({ credentials: credentials(), metrics: own, clock: systemClock });
    server.script(json({}), refusal(404, "NotFound"), reset());
    for (let call = 0; call < 3; call++) await counted.call(GET).catch(() => undefined);
    await counted.close();
    const { body } = await own.scrape();
    for (const code of ["200", "404", "0"]) {
      assert.ok(body.includes(`landlord_kube_requests_total{verb="get",resource="namespaces",code="${code}"} 1`), code);
    }
  });
});

describe("transport over TLS", () => {
  const authority = createAuthority({ commonName: "test", now: Date.now() });
  const leaf = issueLeaf(authority, { names: ["127.0.0.1"], now: Date.now() });

  async function serve(): Promise<{ url: string; protocols: unknown[]; close: () => Promise<void> }> {
    const protocols: unknown[] = [];
    const server = createTlsServer(
      { cert: leaf.certificate, key: leaf.key, ALPNProtocols: ["h2", "http/1.1"] },
      (request, response) => {
        protocols.push(request.httpVersion);
        response.end("{}");
      },
    );
    server.on("tlsClientError", () => undefined);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return {
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      protocols,
      async close() {
        server.closeAllConnections();
        server.close();
        await once(server, "close");
      },
    };
  }

  for (const [what, extra, expected] of [
    ["trusts the given authority and speaks HTTP/1.1", { ca: authority.certificate }, undefined],
    ["trusts nobody else", {}, /get Namespace a: the server's certificate is not trusted/],
    ["trusts everybody only when told to", { insecure: true }, undefined],
    [
      "insists on the name that it was told",
      { ca: authority.certificate, serverName: "other.example" },
      /certificate is for another name/,
    ],
  ] as const) {
    it(what, async () => {
      const server = await serve();
      const transport = createTransport({
        credentials: { server: server.url, headers: () => Promise.resolve({}), invalidate: () => undefined, ...extra },
        metrics: createMetrics(),
        clock: systemClock,
      });
      try {
        if (expected === undefined) {
          await transport.call(GET);
          assert.deepEqual(server.protocols, ["1.1"]);
        } else {
          await assert.rejects(transport.call(GET), expected);
        }
      } finally {
        await transport.close();
        await server.close();
      }
    });
  }
});
