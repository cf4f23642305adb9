import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError, loadConfig } from "../../src/config.ts";
import { openBaseline, openRegistry } from "../../src/registry.ts";
import { createFakeKube } from "../helpers/kube-fake.ts";
import { createTestLog } from "../helpers/log.ts";

const KEYSPACES = { KEYSPACES_USERNAME: "u", KEYSPACES_PASSWORD: "p" };

describe("openRegistry", () => {
  it("opens the store that the settings name, and connects to nothing yet", async () => {
    for (const [env, name] of [
      [{}, "file"],
      [KEYSPACES, "keyspaces"],
      [{ LANDLORD_TENANT_STORE: "keyspaces", KEYSPACES_AUTH: "sigv4" }, "keyspaces"],
    ] as const) {
      const store = await openRegistry(loadConfig(env).registry);
      assert.equal(store.name, name);
      await store.close();
    }
  });

  it("needs the file of certificates only where it was asked for", async () => {
    await assert.rejects(
      openRegistry(loadConfig({ ...KEYSPACES, KEYSPACES_ROOT_CERT: "/nowhere/ca.pem" }).registry),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /KEYSPACES_ROOT_CERT is "\/nowhere\/ca.pem"/);
        return true;
      },
    );
  });
});

describe("openBaseline", () => {
  const open = (env: Record<string, string>, inCluster: boolean) =>
    openBaseline(loadConfig(env), {
      client: inCluster ? createFakeKube().client : undefined,
      log: createTestLog().log,
    });

  it("remembers in the cluster where there is one, in a file otherwise or where one was named", () => {
    assert.equal(open({}, true).shared, true);
    assert.equal(open({}, false).shared, false);
    assert.equal(open({ GENERATOR_BASELINE_FILE: "/tmp/x" }, true).shared, false);
  });
});
