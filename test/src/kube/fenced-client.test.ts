import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createClient, type KubeClient } from "../../../src/kube/client.ts";
import { KubeError } from "../../../src/kube/errors.ts";
import { fencedClient } from "../../../src/kube/fenced-client.ts";
import { NAMESPACE, SECRET } from "../../../src/kube/kinds.ts";
import { createTransport } from "../../../src/kube/transport.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { systemClock } from "../../../src/model/clock.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { createScriptedApiserver, json } from "../../helpers/scripted-apiserver.ts";

const ref = { namespace: "a", name: "b" };
const secret: KubeObject = { apiVersion: "v1", kind: "Secret", metadata: ref };
const account: KubeObject = { ...secret, kind: "ServiceAccount" };

const WRITES: Record<string, (client: KubeClient) => Promise<unknown>> = {
  create: (client) => client.create(SECRET, secret),
  apply: (client) => client.apply(SECRET, secret),
  patch: (client) => client.patch(SECRET, ref, { type: "merge", body: {} }),
  replace: (client) => client.replace(SECRET, secret),
  remove: (client) => client.remove(SECRET, ref),
  requestToken: (client) => client.requestToken(ref, { expirationSeconds: 600 }),
};

describe("fencedClient", () => {
  for (const [verb, write] of Object.entries(WRITES)) {
    it(`keeps ${verb} back, and lets it through while it may write`, async () => {
      const kube = createFakeKube();
      if (verb !== "create") kube.put(secret);
      kube.put(account);
      let may = false;
      const client = fencedClient(kube.client, () => may);
      await assert.rejects(write(client), (error) => error instanceof KubeError && error.status === 0);
      assert.deepEqual(kube.calls, []);
      may = true;
      await write(client);
      assert.equal(kube.writes().length, 1);
    });
  }

  it("lets reads through either way", async () => {
    const kube = createFakeKube();
    kube.put(secret);
    const client = fencedClient(kube.client, () => false);
    assert.equal((await client.get(SECRET, ref)).metadata.name, "b");
    for await (const { items } of client.list(SECRET, {})) assert.equal(items.length, 1);
  });

  it("knows every way to write that a client has", () => {
    const reads = ["get", "list", "watch", "getPath"];
    const verbs = Object.keys(createFakeKube().client).filter((verb) => !reads.includes(verb));
    assert.deepEqual(verbs.toSorted(), Object.keys(WRITES).toSorted());
  });

  it("asks again when a write that waited for a connection has one", async (t) => {
    const server = await createScriptedApiserver();
    const credentials = { server: server.url, headers: async () => ({}), invalidate: () => undefined };
    const transport = createTransport({ credentials, metrics: createMetrics(), clock: systemClock, connections: 1 });
    t.after(async () => {
      await transport.close();
      await server.close();
    });
    let may = true;
    const client = fencedClient(createClient(transport), () => may);
    const first = Promise.withResolvers<void>();
    server.script(async (response, request) => {
      await first.promise;
      await json({})(response, request);
    });
    const reading = client.get(NAMESPACE, { name: "a" });
    await eventually("it is under way", () => server.requests.length === 1);
    const writing = assert.rejects(client.create(SECRET, secret), { status: 0, message: /not the leader any more/ });
    await new Promise((resolve) => setImmediate(resolve)); // it waits for the connection
    may = false;
    first.resolve();
    await reading;
    await writing;
    assert.equal(server.requests.length, 1);
  });
});
