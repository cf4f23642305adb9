import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startInitializer, watchNamespaces } from "../../../src/service/initializer.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";

describe("startInitializer", () => {
  it("is not ready before its caches are full, and stops in time while the API server is away", async (t) => {
    const { parts, lifecycle, health, lines } = await partsOf(t, {});
    const list = () => {
      throw new Error("no answer");
    };
    const client = { ...createFakeKube().client, list };
    const credentials = { server: "https://127.0.0.1:1", headers: async () => ({}), invalidate: () => undefined };
    const cluster = { client, credentials, close: async () => undefined };
    const namespaces = watchNamespaces(parts, cluster);
    parts.background("watch", (signal) => namespaces.run(signal));
    startInitializer(parts, cluster, namespaces);
    const { status, text } = await health("/readyz");
    assert.equal(status, 503);
    assert.match(text, /namespaces.*managed objects/);
    assert.equal(await lifecycle.stop(), true, JSON.stringify(lines));
  });
});
