import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { collectBody } from "../../../src/http/body.ts";
import { createBodyBudget } from "../../../src/http/body-budget.ts";

/** A request that has arrived with its head; the test feeds its body. */
function request(headers: Record<string, string> = {}): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  Object.assign(message.headers, headers);
  return message;
}

function fed(chunks: readonly string[], headers: Record<string, string> = {}): IncomingMessage {
  const message = request(headers);
  for (const chunk of chunks) message.push(Buffer.from(chunk));
  message.push(null);
  return message;
}

const textOf = (body: unknown): string => (body instanceof Buffer ? body.toString() : String(body));

const CASES: { title: string; chunks: string[]; expected: string }[] = [
  { title: "nothing", chunks: [], expected: "" },
  { title: "one chunk", chunks: ["abc"], expected: "abc" },
  { title: "several", chunks: ["a", "bcd", "efghij"], expected: "abcdefghij" },
  { title: "many small ones", chunks: "abcdefghij".split(""), expected: "abcdefghij" },
  { title: "one too many", chunks: "abcdefghijk".split(""), expected: "too large" },
  { title: "one chunk that is too large", chunks: ["abcdefghijk"], expected: "too large" },
];
for (const { title, chunks, expected } of CASES) {
  test(`collects up to its limit: ${title}`, async () => {
    assert.equal(textOf(await collectBody(fed(chunks), 10)), expected);
  });
}

test("does not write into chunks that are not its own", async () => {
  const first = Buffer.from("ab------").subarray(0, 2);
  const message = request();
  for (const chunk of [first, Buffer.from("cd")]) message.push(chunk);
  message.push(null);
  assert.equal(textOf(await collectBody(message, 10)), "abcd");
  assert.equal(Buffer.from(first.buffer, first.byteOffset, 8).toString(), "ab------");
});

test("knows by its length alone that a body is too large", { timeout: 5_000 }, async () => {
  assert.equal(await collectBody(request({ "content-length": "11" }), 10), "too large");
});

test("says when the caller has gone", { timeout: 5_000 }, async () => {
  const message = request();
  const body = collectBody(message, 10);
  message.push(Buffer.from("a"));
  message.destroy();
  assert.equal(await body, "gone");
  const failing = request();
  const failed = collectBody(failing, 10);
  failing.destroy(new Error("aborted"));
  assert.equal(await failed, "gone");
});

test("gives memory back at once where there is no body, without waiting for the garbage collector", async () => {
  const chunk = Buffer.alloc(5_000_000);
  const message = request();
  const body = collectBody(message, 10_000_000);
  const before = process.memoryUsage().arrayBuffers;
  message.push(chunk.subarray(0, 10));
  message.push(chunk);
  await new Promise(setImmediate);
  assert.ok(process.memoryUsage().arrayBuffers - before > 4_000_000);
  message.destroy();
  assert.equal(await body, "gone");
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
});

test("leaves a whole body to who asked for it, whatever becomes of the connection", async () => {
  const message = fed(["abc", "def"]);
  const body = await collectBody(message, 10);
  message.destroy();
  await new Promise(setImmediate);
  assert.equal(textOf(body), "abcdef");
});

test("is told that it had to make room, and holds nothing then", async () => {
  const budget = createBodyBudget(8);
  const [first, second] = [request(), request()];
  const [one, two] = [collectBody(first, 10, budget), collectBody(second, 10, budget)];
  first.push(Buffer.from("abcdef"));
  await new Promise(setImmediate);
  second.push(Buffer.from("ghi"));
  assert.equal(await one, "crowded out");
  first.push(Buffer.from("more"));
  second.push(null);
  assert.equal(textOf(await two), "ghi");
});
