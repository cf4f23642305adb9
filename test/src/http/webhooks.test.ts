import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createWebhookApp, type WebhookHandler } from "../../../src/http/webhooks.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { FAST, openDoor } from "../../helpers/https-door.ts";
import { createTestLog } from "../../helpers/log.ts";
import { post } from "../../helpers/raw-http.ts";

const MIB = 1024 * 1024;
/** Before any bound of the server could do it. */
const SOON = { timeout: 5_000 };
const JSON_TYPE = "content-type: application/json";

interface Limits {
  bodyLimit?: number;
  bodiesLimit?: number;
}

/** The real app behind a real TLS door; handlers answer with their name and the body's length. */
async function open(
  t: TestContext,
  { mutate, fast = false, ...limits }: { mutate?: WebhookHandler; fast?: boolean } & Limits = {},
) {
  const metrics = createMetrics();
  const { log, lines } = createTestLog();
  const reviewed: string[] = [];
  const named =
    (name: string): WebhookHandler =>
    (body) => {
      reviewed.push(name);
      return { status: 200, body: JSON.stringify({ name, length: body.length }) };
    };
  const handler = createWebhookApp({
    mutate: mutate ?? named("mutate"),
    validate: named("validate"),
    log,
    metrics,
    ...limits,
  });
  const door = await openDoor(t, { handler, ...(fast ? { bounds: FAST } : {}) });
  const refused = async (): Promise<object> => {
    const { values } = await metrics.refusedBodies.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.cause, value]));
  };
  return { ...door, lines, reviewed, refused };
}

test("hands bodies to the webhook that was called, with kube-apiserver's query", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  client.send(post("/mutate?timeout=10s", "{}"));
  const mutated = await client.answer();
  assert.deepEqual([mutated.status, mutated.body], [200, '{"name":"mutate","length":2}']);
  client.send(post("/validate?timeout=10s", "{ }"));
  assert.equal((await client.answer()).body, '{"name":"validate","length":3}');
});

test("answers JSON and nothing about itself", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  client.send(post("/mutate", "{}"));
  const { headers } = await client.answer();
  assert.deepEqual(Object.keys(headers).toSorted(), [
    "connection",
    "content-length",
    "content-type",
    "date",
    "keep-alive",
  ]);
  assert.equal(headers["content-type"], "application/json");
});

test("hands over exactly the bytes that came, in however many pieces", async (t) => {
  let got: Buffer | undefined;
  const mutate: WebhookHandler = (body) => {
    got = body;
    return { status: 200, body: "{}" };
  };
  const { dial } = await open(t, { mutate });
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  const client = await dial();
  client.send(post("/mutate", sent));
  await client.answer();
  assert.equal(got?.equals(sent), true);
});

test("passes on the status that a handler chose", async (t) => {
  const { dial } = await open(t, { mutate: () => ({ status: 400, body: '{"message":"no review"}' }) });
  const client = await dial();
  client.send(post("/mutate", "{}"));
  const answer = await client.answer();
  assert.deepEqual([answer.status, answer.body], [400, '{"message":"no review"}']);
});

const REFUSED: { what: string; request: string | Buffer; status: number; message: string; allow?: string }[] = [
  { what: "an empty body", request: post("/mutate", ""), status: 400, message: "body is empty" },
  {
    what: "another content type",
    request: post("/mutate", "{}", ["content-type: text/plain"]),
    status: 415,
    message: "content type is not application/json",
  },
  {
    what: "a content type that only begins like JSON",
    request: post("/mutate", "{}", ["content-type: application/json-patch+json"]),
    status: 415,
    message: "content type is not application/json",
  },
  {
    what: "no content type",
    request: post("/validate", "{}", []),
    status: 415,
    message: "content type is not application/json",
  },
  {
    what: "a compressed body",
    request: post("/validate", "{}", [JSON_TYPE, "content-encoding: gzip"]),
    status: 415,
    message: "content type is not application/json",
  },
  {
    what: "another method",
    request: "GET /mutate HTTP/1.1\r\nhost: x\r\n\r\n",
    status: 405,
    message: "method not allowed",
    allow: "POST",
  },
  {
    what: "DELETE",
    request: "DELETE /validate HTTP/1.1\r\nhost: x\r\n\r\n",
    status: 405,
    message: "method not allowed",
    allow: "POST",
  },
  { what: "another path", request: post("/", "{}"), status: 404, message: "not found" },
  { what: "a path below a webhook", request: post("/mutate/x", "{}"), status: 404, message: "not found" },
  { what: "a webhook's path with a slash behind", request: post("/mutate/", "{}"), status: 404, message: "not found" },
  { what: "a path in other letters", request: post("/MUTATE", "{}"), status: 404, message: "not found" },
  { what: "a path that cannot be decoded", request: post("/%zz", "{}"), status: 404, message: "not found" },
];

for (const { what, request, status, message, allow } of REFUSED) {
  test(`answers ${what} with ${status}, reviews nothing, and keeps the connection`, async (t) => {
    const { dial, reviewed } = await open(t);
    const client = await dial();
    client.send(request);
    const answer = await client.answer();
    assert.deepEqual([answer.status, JSON.parse(answer.body), answer.headers["allow"]], [status, { message }, allow]);
    assert.deepEqual(reviewed, []);
    client.send(post("/mutate", "{}"));
    assert.equal((await client.answer()).status, 200);
  });
}

test("accepts a charset, and letters of any case, in the content type", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  client.send(post("/mutate", "{}", ["content-type: Application/JSON; charset=utf-8"]));
  assert.equal((await client.answer()).status, 200);
});

test("accepts a body of exactly the limit, with and without a length", async (t) => {
  const { dial } = await open(t, { bodyLimit: 10 });
  const client = await dial();
  client.send(post("/mutate", "x".repeat(10)));
  assert.equal((await client.answer()).status, 200);
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n`);
  client.send("5\r\nxxxxx\r\n5\r\nxxxxx\r\n0\r\n\r\n");
  assert.equal((await client.answer()).body, '{"name":"mutate","length":10}');
});

test("accepts two objects of 3 MiB, and refuses 8 MiB by their length", SOON, async (t) => {
  const { dial, reviewed, refused } = await open(t);
  const client = await dial();
  client.send(post("/mutate", Buffer.alloc(6.5 * MIB, "x")));
  assert.equal((await client.answer()).status, 200);
  client.send(post("/mutate", Buffer.alloc(8 * MIB, "x")));
  const { status, body, headers } = await client.answer();
  assert.deepEqual([status, headers["connection"]], [413, "close"]);
  assert.deepEqual(JSON.parse(body), { message: `body is larger than ${7 * MIB} bytes` });
  await client.closed;
  assert.deepEqual([reviewed, await refused()], [["mutate"], { large: 1, crowded: 0 }]);
});

test("refuses by its length a body that has not even been sent", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ncontent-length: ${8 * MIB}\r\n\r\n`);
  assert.equal((await client.answer()).status, 413);
});

test("refuses a chunked body as soon as it is too large, and closes when the rest does not end", SOON, async (t) => {
  const { dial, reviewed } = await open(t, { bodyLimit: 1000 });
  const client = await dial();
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n`);
  const chunk = `64\r\n${"x".repeat(100)}\r\n`;
  client.send(chunk.repeat(11));
  assert.equal((await client.answer()).status, 413);
  client.send(chunk.repeat(11));
  await client.closed;
  assert.deepEqual(reviewed, []);
});

test("closes at once when the rest of a refused chunked body is short", SOON, async (t) => {
  const { dial } = await open(t, { bodyLimit: 10 });
  const client = await dial();
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n`);
  client.send("b\r\nxxxxxxxxxxx\r\n");
  assert.equal((await client.answer()).status, 413);
  client.send("1\r\nx\r\n0\r\n\r\n");
  await client.closed;
});

test(
  "gives up the body that has been coming for longest when all together are too much, and answers the others",
  SOON,
  async (t) => {
    const { dial, reviewed, refused } = await open(t, { bodyLimit: 1000, bodiesLimit: 1500 });
    const begin = `POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ncontent-length: 1000\r\n\r\n${"x".repeat(900)}`;
    const [first, second, third] = [await dial(), await dial(), await dial()];
    assert.deepEqual(await refused(), { large: 0, crowded: 0 });
    first.send(begin);
    third.send(post("/mutate", "{}"));
    assert.equal((await third.answer()).status, 200); // by now the first has been read
    second.send(begin);
    const { status, headers, body } = await first.answer();
    assert.deepEqual([status, headers["connection"]], [503, "close"]);
    assert.deepEqual(JSON.parse(body), { message: "too many bodies are being sent at once" });
    first.send("x".repeat(100));
    await first.closed;
    third.send(post("/validate", "{}"));
    assert.equal((await third.answer()).status, 200);
    second.send("x".repeat(100));
    assert.equal((await second.answer()).status, 200);
    assert.deepEqual([reviewed, await refused()], [["mutate", "validate", "mutate"], { large: 0, crowded: 1 }]);
  },
);

test("ends a connection whose body goes on after its length", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ncontent-length: 2\r\n\r\n{}and more\r\n\r\n`);
  assert.equal((await client.answer()).status, 400);
  await client.closed;
});

test("refuses a length together with chunks", async (t) => {
  const { dial, reviewed } = await open(t);
  const client = await dial();
  client.send(post("/mutate", "0\r\n\r\n", [JSON_TYPE, "transfer-encoding: chunked"]));
  assert.equal((await client.answer()).status, 400);
  await client.closed;
  assert.deepEqual(reviewed, []);
});

test("cuts off a body that is shorter than it said", async (t) => {
  const { dial, reviewed } = await open(t, { fast: true });
  const client = await dial();
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ncontent-length: 100\r\n\r\n{}`);
  assert.equal((await client.answer()).status, 408);
  await client.closed;
  assert.deepEqual(reviewed, []);
});

test("cuts off a refused body that goes on slowly", async (t) => {
  const { dial } = await open(t, { fast: true, bodyLimit: 10 });
  const client = await dial();
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ncontent-length: 100\r\n\r\n{}`);
  assert.equal((await client.answer()).status, 413);
  await client.closed;
});

test("forgets an upload that its caller gave up, and serves the next", async (t) => {
  const { dial, reviewed, lines } = await open(t);
  const client = await dial();
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ncontent-length: 100\r\n\r\n{}`);
  client.socket.destroy();
  await client.closed;
  const next = await dial();
  next.send(post("/validate", "{}"));
  assert.equal((await next.answer()).status, 200);
  assert.deepEqual(reviewed, ["validate"]);
  assert.deepEqual(lines, []);
});

test("answers requests that were sent at once in their order", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  const requests = Array.from({ length: 20 }, (_, index) =>
    post(index % 2 === 0 ? "/mutate" : "/validate", "x".repeat(index + 1)),
  );
  client.send(Buffer.concat(requests));
  for (let index = 0; index < 20; index++) {
    const expected = { name: index % 2 === 0 ? "mutate" : "validate", length: index + 1 };
    assert.deepEqual(JSON.parse((await client.answer()).body), expected);
  }
});

test("answers 100-continue before it wants the body", async (t) => {
  const { dial } = await open(t);
  const client = await dial();
  client.send(`POST /mutate HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n`);
  assert.equal((await client.answer()).status, 100);
  client.send("{}");
  assert.equal((await client.answer()).status, 200);
});

test("answers 500 when a handler throws, logs it without its body, and serves the next", async (t) => {
  let calls = 0;
  const mutate: WebhookHandler = () => {
    if (calls++ === 0) throw new Error("a rule broke");
    return { status: 200, body: "{}" };
  };
  const { dial, lines } = await open(t, { mutate });
  const client = await dial();
  client.send(post("/mutate?timeout=10s", '{"password":"hunter2"}'));
  const answer = await client.answer();
  assert.deepEqual([answer.status, answer.body], [500, '{"message":"internal error"}']);
  assert.deepEqual(lines, [
    { level: "error", message: "request failed", fields: { method: "POST", path: "/mutate", error: "a rule broke" } },
  ]);
  client.send(post("/mutate", "{}"));
  assert.equal((await client.answer()).status, 200);
});
