import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NAMESPACE, SECRET } from "../../../src/kube/kinds.ts";
import { listPages } from "../../../src/kube/list-pages.ts";
import type { Transport, TransportRequest } from "../../../src/kube/transport.ts";

/** A transport that answers with `answers` in turn, the last one for ever. */
function answering(...answers: unknown[]): { transport: Transport; requests: TransportRequest[] } {
  const requests: TransportRequest[] = [];
  const transport = {
    call: (request: TransportRequest) => {
      requests.push(request);
      return Promise.resolve(answers[Math.min(requests.length, answers.length) - 1]);
    },
  } as unknown as Transport;
  return { transport, requests };
}

async function drain(pages: AsyncGenerator<{ items: unknown[]; resourceVersion: string }>): Promise<unknown[][]> {
  const all: unknown[][] = [];
  for await (const { items } of pages) all.push(items);
  return all;
}

describe("a list in pages", () => {
  it("asks within the namespace, by selectors and limit, and hands the token back", async () => {
    const { transport, requests } = answering(
      { metadata: { resourceVersion: "1", continue: "a b&c" }, items: [{ metadata: { name: "x" } }] },
      { metadata: { resourceVersion: "1" }, items: [{ metadata: { name: "y" } }] },
    );
    const pages = await drain(listPages(transport, SECRET, { namespace: "ns", labelSelector: "a in (b)", limit: 1 }));
    assert.deepEqual(
      requests.map(({ path }) => path),
      [
        "/api/v1/namespaces/ns/secrets?labelSelector=a+in+%28b%29&limit=1",
        "/api/v1/namespaces/ns/secrets?labelSelector=a+in+%28b%29&limit=1&continue=a+b%26c",
      ],
    );
    assert.deepEqual(pages, [
      [{ apiVersion: "v1", kind: "Secret", metadata: { name: "x" } }],
      [{ apiVersion: "v1", kind: "Secret", metadata: { name: "y" } }],
    ]);
  });

  it("takes a list without items as empty", async () => {
    const { transport } = answering({ metadata: { resourceVersion: "1" }, items: null });
    assert.deepEqual(await drain(listPages(transport, NAMESPACE, {})), [[]]);
  });

  it("refuses an answer that is no list", async () => {
    for (const answer of [{}, "text", null]) {
      await assert.rejects(
        drain(listPages(answering(answer).transport, NAMESPACE, {})),
        /list namespaces: the answer is not a list/,
      );
    }
  });

  it("does not follow a server that repeats a page for ever", async () => {
    const { transport, requests } = answering({ metadata: { continue: "again" }, items: [] });
    await assert.rejects(drain(listPages(transport, NAMESPACE, {})), /the server repeats a page/);
    assert.equal(requests.length, 2);
  });
});
