import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { KubeConfig } from "@kubernetes/client-node";
import { createKubeconfigs, type Kubeconfigs } from "../../sandbox/kubeconfig.ts";
import { ADMIN, createIdentities } from "../../sandbox/users.ts";
import { scratch } from "../helpers/scratch.ts";

const identities = createIdentities([{ name: "a/../b" }]);

async function kubeconfigs(t: TestContext): Promise<Kubeconfigs> {
  return createKubeconfigs(await scratch(t), { server: "https://127.0.0.1:1", ca: "PEM" }, identities);
}

function read(path: string) {
  const config = new KubeConfig();
  config.loadFromFile(path);
  return { cluster: config.getCurrentCluster(), user: config.getCurrentUser() };
}

describe("a kubeconfig", () => {
  it("is the admin's unless told otherwise, and is understood by a client", async (t) => {
    const { cluster, user } = read((await kubeconfigs(t))());
    assert.equal(cluster?.server, "https://127.0.0.1:1");
    assert.equal(Buffer.from(cluster?.caData ?? "", "base64").toString(), "PEM");
    assert.deepEqual([user?.name, user?.token], [ADMIN.name, identities.get(ADMIN.name)?.token]);
  });

  it("is for whoever a token belongs to, in a file for each", async (t) => {
    const kubeconfig = await kubeconfigs(t);
    const [one, two] = [kubeconfig({ token: "one" }), kubeconfig({ token: "two" })];
    assert.deepEqual([read(one).user?.token, read(two).user?.token], ["one", "two"]);
  });

  it("can be read by its owner only, and stays in its folder", async (t) => {
    const kubeconfig = await kubeconfigs(t);
    const path = kubeconfig("a/../b");
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal(dirname(path), dirname(kubeconfig()));
    assert.match(await readFile(path, "utf8"), /"name": "a\/\.\.\/b"/);
  });

  it("cannot be had for a user that is not there", async (t) => {
    const kubeconfig = await kubeconfigs(t);
    assert.throws(() => kubeconfig("nobody"), /kubeconfig for "nobody": no such user/);
  });
});
