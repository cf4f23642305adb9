import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startWebhooks } from "../../../src/service/webhooks.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";

describe("startWebhooks", () => {
  it("opens its door with a certificate of its own, is not ready while nobody trusts it, and stops in time", async (t) => {
    const { parts, lifecycle, health, failures, lines } = await partsOf(t, { LANDLORD_WEBHOOK_PORT: "0" });
    const kube = createFakeKube(); // no webhook configurations, and watches that fail
    const credentials = { server: "https://127.0.0.1:1", headers: async () => ({}), invalidate: () => undefined };
    startWebhooks(
      parts,
      { client: kube.client, credentials, close: async () => undefined },
      { synced: () => true, namespace: () => undefined },
    );
    const { status, text } = await health("/readyz");
    assert.equal(status, 503);
    assert.match(text, /webhook configurations/);
    assert.equal(await lifecycle.stop(), true, JSON.stringify(lines));
    assert.deepEqual(failures, []);
  });
});
