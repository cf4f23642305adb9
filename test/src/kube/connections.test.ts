import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createConnections } from "../../../src/kube/connections.ts";

describe("connections", () => {
  it("are shared as long as CA and client certificate stay, and made anew when one changes", async () => {
    const credentials = {
      server: "https://127.0.0.1:1",
      ca: "one",
      cert: "a",
      headers: () => Promise.resolve({}),
      clientCertificate: () => Promise.resolve({ cert: credentials.cert, key: "k" }),
      invalidate: () => undefined,
    };
    const connections = createConnections({ credentials, connections: 2 });
    const first = await connections.agent();
    assert.equal(await connections.agent(), first);
    credentials.ca = "two";
    const second = await connections.agent();
    assert.notEqual(second, first);
    assert.equal(first.closed, true);
    credentials.cert = "b";
    const third = await connections.agent();
    assert.notEqual(third, second);
    assert.equal(await connections.agent(), third);
    await connections.close();
    assert.equal(third.destroyed, true);
  });
});
