import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Agent } from "undici";
import { asking } from "../../../src/kube/asking.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createScriptedApiserver, json } from "../../helpers/scripted-apiserver.ts";

describe("asking", () => {
  it("looks when a request has its connection, and keeps it back if told to", async (t) => {
    const server = await createScriptedApiserver();
    const agent = new Agent({ connections: 1, allowH2: false });
    t.after(async () => {
      await agent.destroy();
      await server.close();
    });
    const get = { origin: server.url, path: "/", method: "GET" } as const;
    let may = true;
    let looks = 0;
    const guarded = agent.compose(
      asking(() => {
        looks++;
        if (!may) throw new Error("not now");
      }),
    );
    const first = Promise.withResolvers<void>();
    server.script(async (response) => {
      await first.promise;
      response.end("{}");
    });
    const running = guarded.request(get);
    const waiting = assert.rejects(guarded.request(get), /not now/);
    await eventually("the first has arrived", () => server.requests.length === 1);
    assert.equal(looks, 1, "the second has no connection yet");
    may = false;
    first.resolve();
    await (await running).body.dump();
    await waiting;
    assert.deepEqual([looks, server.requests.length], [2, 1]);
    may = true;
    server.script(json({ fine: true }));
    assert.deepEqual(await (await guarded.request(get)).body.json(), { fine: true });
    assert.equal(server.connections.accepted, 1, "the connection was as good as before");
  });
});
