import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { collectBody } from "../../../src/http/body.ts";

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
