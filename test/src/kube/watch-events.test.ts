import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isExpired, KubeError } from "../../../src/kube/errors.ts";
import { NAMESPACE } from "../../../src/kube/kinds.ts";
import type { Transport } from "../../../src/kube/transport.ts";
import { watchEvents } from "../../../src/kube/watch-events.ts";
import { expired, namespace, SECRET } from "../../helpers/scripted-apiserver.ts";

async function read(...lines: string[]): Promise<{ events: unknown[]; error?: unknown; path: string }> {
  let path = "";
  const transport = {
    async *stream(request: { path: string }) {
      ({ path } = request);
      for (const line of lines) yield await Promise.resolve(Buffer.from(line));
    },
  } as unknown as Transport;
  const events: unknown[] = [];
  try {
    for await (const event of watchEvents(transport, NAMESPACE, { resourceVersion: "7", timeoutSeconds: 300 }))
      events.push(event);
  } catch (error) {
    return { events, error, path };
  }
  return { events, path };
}

describe("the events of one watch", () => {
  it("are typed by the kind that was asked for, and end when the server closes", async () => {
    const { apiVersion: _a, kind: _k, ...bare } = namespace("a", "8");
    const { events, error, path } = await read(`${JSON.stringify({ type: "ADDED", object: bare })}\n`);
    assert.deepEqual(events, [{ type: "ADDED", object: namespace("a", "8") }]);
    assert.equal(error, undefined);
    assert.equal(path, "/api/v1/namespaces?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300");
  });

  it("throw what an ERROR event says, without its words", async () => {
    const { error } = await read(expired());
    assert.ok(isExpired(error));
    assert.ok(!String(error).includes(SECRET));
  });

  it("throw on an ERROR event without a code", async () => {
    const { error } = await read('{"type":"ERROR"}\n');
    assert.ok(error instanceof KubeError);
    assert.equal(error.status, 0);
  });

  for (const line of [
    "null",
    "1",
    "{}",
    '{"type":"ADDED"}',
    '{"type":"ADDED","object":{}}',
    '{"type":"NEW","object":{"metadata":{}}}',
  ]) {
    it(`refuse ${line}`, async () => {
      const { events, error } = await read(`${line}\n`);
      assert.deepEqual(events, []);
      assert.match(String(error), /watch namespaces: a line is not a watch event/);
    });
  }

  it("call half a line an error of the watch", async () => {
    const { error } = await read('{"type":"ADDED"');
    assert.ok(error instanceof KubeError);
    assert.match(error.message, /^watch namespaces: the stream ended inside a line$/);
  });
});
