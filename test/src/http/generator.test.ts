import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Generator } from "../../../src/generator/generator.ts";
import { GeneratorError } from "../../../src/generator/refusal.ts";
import { acceptsGzip, createGeneratorApp } from "../../../src/http/generator.ts";
import { createTokenSource } from "../../../src/http/plugin-token.ts";
import { createHttpServer } from "../../../src/http/server.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createTestLog } from "../../helpers/log.ts";
import { post, type RawAnswer, type RawClient, rawClient } from "../../helpers/raw-http.ts";
import { scratch } from "../../helpers/scratch.ts";

const PATH = "/api/v1/getparams.execute";
const AUTHORIZED = "authorization: Bearer s3cret";
const JSON_TYPE = "content-type: application/json";
const BODY = '{"output":{"parameters":[{"tenantId":"acme"}]}}';
const SNAPSHOT = { id: "7", ageMs: 1_234, hash: "c0ffee" };

type Asked = Parameters<Generator["answer"]>[0];

/** The real app behind a real socket, with a token file. `answer` stands for the generator. */
async function open(t: TestContext, options: { answer?: (asked: Asked, signal: AbortSignal) => unknown } = {}) {
  const asked: Asked[] = [];
  const generator = {
    async answer(request: Asked, signal: AbortSignal) {
      asked.push(request);
      await options.answer?.(request, signal);
      return { body: Buffer.from(BODY), gzipped: gzipSync(BODY), snapshot: SNAPSHOT };
    },
  };
  const clock = createTestClock();
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const path = join(await scratch(t), "token");
  await writeFile(path, "s3cret\n");
  const tokens = createTokenSource({ path, reloadMs: 10_000, overlapMs: 60_000, clock, log });
  await tokens.reload();
  const handler = createGeneratorApp({ generator, tokens, bodyTimeoutMs: 10_000, clock, log, metrics });
  const server = createHttpServer({ handler, host: "127.0.0.1", port: 0, clock, log });
  const port = await server.listen();
  lines.length = 0;
  const clients: RawClient[] = [];
  t.after(async () => {
    for (const { socket } of clients) socket.destroy();
    await server.close(0);
  });
  const dial = async (): Promise<RawClient> => {
    const client = await rawClient(port);
    clients.push(client);
    return client;
  };
  const ask = async (body: string | Buffer, headers: string[] = [AUTHORIZED, JSON_TYPE]): Promise<RawAnswer> => {
    const client = await dial();
    client.send(post(PATH, body, headers));
    return client.answer();
  };
  return { dial, ask, asked, clock, lines, metrics, path, tokens };
}

/** Every answer but 200: a JSON object with a short message, and nothing of ours in it. */
function messageOf({ status, body, headers }: RawAnswer): [number, string] {
  assert.equal(headers["content-type"], "application/json");
  assert.ok(body.length <= 1_024);
  assert.doesNotMatch(body, /s3cret|acme|\bat .*\.ts|node:/);
  const { message, ...rest } = JSON.parse(body);
  assert.deepEqual(rest, {});
  assert.equal(typeof message, "string");
  assert.notEqual(message, "");
  return [status, message];
}

test("answers with the generator's bytes, and tells the snapshot", async (t) => {
  const { ask, asked } = await open(t);
  const { status, body, headers } = await ask('{"applicationSetName":"tenants","input":{"parameters":{"a":1}}}\n');
  assert.deepEqual([status, body], [200, BODY]);
  assert.deepEqual(asked, [{ applicationSetName: "tenants", parameters: { a: 1 } }]);
  const { date: _, connection: __, "keep-alive": ___, ...told } = headers;
  assert.deepEqual(told, {
    "content-type": "application/json",
    "content-length": String(BODY.length),
    vary: "accept-encoding",
    "landlord-snapshot": "7",
    "landlord-snapshot-age": "1.234",
    "landlord-snapshot-hash": "c0ffee",
  });
});

test("keeps the connection, for longer than Argo CD keeps it", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  for (let time = 0; time < 3; time++) {
    client.send(post(PATH, "{}", [AUTHORIZED]));
    const { headers } = await client.answer();
    assert.ok(Number(/timeout=(\d+)/.exec(headers["keep-alive"] ?? "")?.[1]) > 90);
  }
});

for (const [body, expected] of [
  ["{}", { applicationSetName: "", parameters: undefined }],
  ['{"applicationSetName":"x"}', { applicationSetName: "x", parameters: undefined }],
  ['{"applicationSetName":null,"input":{}}', { applicationSetName: "", parameters: undefined }],
  ['{"input":{"parameters":{}}}', { applicationSetName: "", parameters: {} }],
  [
    '{"applicationSetName":"x","applicationSetNamespace":"team-a","future":{"a":1},"input":{"parameters":{"other":[1,2]}}}',
    { applicationSetName: "x", parameters: { other: [1, 2] } },
  ],
] as const) {
  test(`understands ${body}`, async (t) => {
    const { ask, asked } = await open(t);
    assert.equal((await ask(body)).status, 200);
    assert.deepEqual(asked, [expected]);
  });
}

test("takes any content type, and none", async (t) => {
  const { ask } = await open(t);
  for (const type of [
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-8",
    "text/plain",
    undefined,
  ]) {
    assert.equal(
      (await ask("{}", type === undefined ? [AUTHORIZED] : [AUTHORIZED, `content-type: ${type}`])).status,
      200,
    );
  }
});

for (const [what, body] of [
  ["half of JSON", '{"broken'],
  ["no body", ""],
  ["text that is not UTF-8", Buffer.from('{"a":"\xff"}', "latin1")],
  ["JSON with something behind it", "{} {}"],
  ["a list", "[]"],
  ["null", "null"],
  ["a name that is a number", '{"applicationSetName":1}'],
  ["an input that is null", '{"input":null}'],
  ["an input that is a list", '{"input":[]}'],
  ["brackets without end", "[".repeat(60_000)],
] as const) {
  test(`answers ${what} with 400, and asks nothing`, async (t) => {
    const { ask, asked } = await open(t);
    assert.equal(messageOf(await ask(body))[0], 400);
    assert.deepEqual(asked, []);
  });
}

const NO_TOKENS: [string, string[]][] = [
  ["no header", []],
  ["another token", ["authorization: Bearer wrong"]],
  ["a longer token", ["authorization: Bearer s3cret2"]],
  ["a shorter token", ["authorization: Bearer s3cre"]],
  ["no scheme", ["authorization: s3cret"]],
  ["two blanks", ["authorization: Bearer  s3cret"]],
  ["the right token in a second header", ["authorization: Bearer wrong", AUTHORIZED]],
  ["what Argo CD sends when its Secret lacks the key", ["authorization: Bearer $nokey"]],
];

for (const [what, headers] of NO_TOKENS) {
  test(`answers ${what} with 403, whatever else is wrong, and asks nothing`, async (t) => {
    const { ask, asked } = await open(t);
    for (const [body, type] of [
      ["{}", JSON_TYPE],
      ['{"broken', JSON_TYPE],
      ["{}", "content-type: text/plain"],
      ["x".repeat(100_000), JSON_TYPE],
    ] as const) {
      assert.deepEqual(messageOf(await ask(body, [...headers, type])), [403, "forbidden"]);
    }
    assert.deepEqual(asked, []);
  });
}

test("does not wait for the body of a caller that may not ask", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  client.send(`POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n`);
  assert.equal((await client.answer()).status, 403);
});

test("goes by the token that is in force when the head is there", async (t) => {
  const { dial, path, tokens, clock } = await open(t);
  const client = await dial();
  client.send(`POST ${PATH} HTTP/1.1\r\nhost: x\r\n${AUTHORIZED}\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n`);
  assert.equal((await client.answer()).status, 100);
  await writeFile(path, "another");
  await tokens.reload();
  await clock.advance(0);
  client.send("{}");
  assert.equal((await client.answer()).status, 200);
});

test("logs wrong tokens once a minute, and never the token", async (t) => {
  const { ask, lines, clock } = await open(t);
  for (let time = 0; time < 5; time++) await ask("{}", ["authorization: Bearer hunter2"]);
  await clock.advance(60_000);
  await ask("{}", []);
  const fields = { caller: "127.0.0.1" };
  assert.deepEqual(lines, [
    { level: "warn", message: "requests without a valid token", fields: { ...fields, hasToken: true } },
    { level: "warn", message: "requests without a valid token", fields: { ...fields, hasToken: false } },
  ]);
});

test("answers other methods with 405, and other paths with 404, with a token or without", async (t) => {
  const { dial, asked } = await open(t);
  for (const authorization of ["", `${AUTHORIZED}\r\n`]) {
    const client = await dial();
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      client.send(`${method} ${PATH} HTTP/1.1\r\nhost: x\r\n${authorization}\r\n`);
      const answer = await client.answer();
      assert.deepEqual(messageOf(answer), [405, "method not allowed"]);
      assert.equal(answer.headers["allow"], "POST");
    }
    for (const path of [`${PATH}/`, "/", "/api/v1/GetParams.execute", `/prefix${PATH}`, "/%zz"]) {
      client.send(post(path, "{}", authorization === "" ? [] : [AUTHORIZED]));
      assert.deepEqual(messageOf(await client.answer()), [404, "not found"]);
    }
  }
  assert.deepEqual(asked, []);
});

test("takes a body of 64 KiB, and refuses a longer one", async (t) => {
  const { ask, dial, asked } = await open(t);
  const padded = (length: number): string => `{}${" ".repeat(length - 2)}`;
  assert.equal((await ask(padded(65_536))).status, 200);
  assert.deepEqual(messageOf(await ask(padded(65_537))), [413, "body is larger than 65536 bytes"]);
  const client = await dial();
  client.send(`POST ${PATH} HTTP/1.1\r\nhost: x\r\n${AUTHORIZED}\r\ntransfer-encoding: chunked\r\n\r\n`);
  client.send(`10001\r\n${padded(65_537)}\r\n`);
  assert.equal((await client.answer()).status, 413);
  assert.equal(asked.length, 1);
});

test("does not wait for ever for a body", async (t) => {
  const { dial, clock, asked } = await open(t);
  const client = await dial();
  client.send(`POST ${PATH} HTTP/1.1\r\nhost: x\r\n${AUTHORIZED}\r\ncontent-length: 10\r\n\r\n{`);
  await eventually("the body is waited for", () => clock.pending() > 0);
  await clock.advance(10_000);
  const answer = await client.answer();
  assert.deepEqual(messageOf(answer), [408, "the body did not come within 10000 ms"]);
  await client.closed;
  assert.deepEqual(asked, []);
});

test("passes on the generator's refusals, cut to a length that Argo CD can show", async (t) => {
  for (const status of [400, 503] as const) {
    const { ask } = await open(t, {
      answer: () => Promise.reject(new GeneratorError(status, "\u0001é".repeat(2_000))),
    });
    const answer = await ask("{}");
    assert.ok(Buffer.byteLength(answer.body) <= 1_024, `${Buffer.byteLength(answer.body)} bytes`);
    assert.equal(messageOf(answer)[0], status);
  }
  const { ask } = await open(t, { answer: () => Promise.reject(new GeneratorError(503, "no snapshot yet")) });
  assert.deepEqual(messageOf(await ask("{}")), [503, "no snapshot yet"]);
});

test("answers what went wrong with 500 and without its words", async (t) => {
  const { ask, lines } = await open(t, { answer: () => Promise.reject(new Error("hunter2 of acme")) });
  assert.deepEqual(messageOf(await ask("{}")), [500, "internal error"]);
  assert.equal(lines[0]?.message, "request failed");
});

test("compresses for those who ask for it", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  client.send(post(PATH, "{}", [AUTHORIZED, "accept-encoding: gzip"]));
  const chunks: Buffer[] = [];
  client.socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
  const { headers } = await client.answer();
  assert.deepEqual([headers["content-encoding"], headers["vary"]], ["gzip", "accept-encoding"]);
  const all = Buffer.concat(chunks);
  assert.equal(String(gunzipSync(all.subarray(all.indexOf("\r\n\r\n") + 4))), BODY);
});

test("knows who takes gzip", () => {
  for (const header of ["gzip", "GZIP", "deflate, gzip;q=0.5", "*", "x-gzip", "br;q=1.0, *;q=0.1"]) {
    assert.equal(acceptsGzip(header), true, header);
  }
  for (const header of [undefined, "", "identity", "gzip;q=0", "*, gzip;q=0.0", "*;q=0", "gzip;q=x", "br"]) {
    assert.equal(acceptsGzip(header), false, header);
  }
});

test("tells the generator when its caller has gone", async (t) => {
  const gone = Promise.withResolvers<void>();
  const { dial, asked, metrics } = await open(t, {
    answer: (_, signal) => {
      signal.addEventListener("abort", () => gone.resolve());
      return gone.promise;
    },
  });
  const client = await dial();
  client.send(post(PATH, "{}", [AUTHORIZED]));
  await eventually("the generator is asked", () => asked.length === 1);
  client.socket.destroy();
  await gone.promise;
  assert.match((await metrics.scrape()).body, /landlord_generator_requests_total\{code="gone"\} 1/);
});

test("counts answers by their status", async (t) => {
  const { ask, metrics } = await open(t);
  await ask("{}");
  await ask("{}", []);
  await eventually("both are counted", async () => {
    const { body } = await metrics.scrape();
    return ["200", "403"].every((code) => body.includes(`landlord_generator_requests_total{code="${code}"} 1`));
  });
});
