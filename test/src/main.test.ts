// What can be seen of the composition without a cluster; test/integration/service.test.ts sees the rest.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { loadConfig } from "../../src/config.ts";
import { runService } from "../../src/main.ts";
import { describe as tell } from "../../src/model/errors.ts";
import { unreachable } from "../helpers/unreachable.ts";

const QUIET = { LANDLORD_LOG_LEVEL: "silent", LANDLORD_BIND_ADDRESS: "127.0.0.1" };
const failure = (env: Record<string, string>): Promise<string> =>
  runService(loadConfig({ ...QUIET, ...env })).then(
    () => assert.fail("it did not fail"),
    (error: unknown) => tell(error),
  );

describe("runService", () => {
  it("names the kubeconfig that cannot be read", async () => {
    assert.match(await failure({ KUBECONFIG: "/nowhere/kubeconfig" }), /\/nowhere\/kubeconfig/);
  });

  it("names the context that is not there", async (t) => {
    const path = await unreachable(t);
    assert.match(await failure({ KUBECONFIG: path, LANDLORD_KUBE_CONTEXT: "missing" }), /missing/);
  });

  it("names the address that is taken, and leaves nothing running", async (t) => {
    const path = await unreachable(t);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    t.after(() => new Promise((resolve) => other.close(resolve)));
    const address = other.address();
    assert.ok(typeof address === "object" && address !== null);
    const signals = process.listenerCount("SIGTERM");
    const message = await failure({ KUBECONFIG: path, LANDLORD_HEALTH_PORT: String(address.port) });
    assert.match(message, new RegExp(`listen on 127.0.0.1:${address.port}: EADDRINUSE`));
    assert.equal(process.listenerCount("SIGTERM"), signals);
  });
});
