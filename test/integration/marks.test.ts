// Nobody but Landlord sets the ready mark, and nobody but an admin moves a namespace to another tenant: by whatever path.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startLandlord } from "../../sandbox/landlord.ts";
import type { Namespace } from "../../src/model/kube-object.ts";
import { clusterOf, TENANT_LABELS } from "../helpers/cluster.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();

describe("marks", { skip }, () => {
  const world = useSandbox();
  const cluster = clusterOf(() => world.sandbox);
  let uid = "";

  before(async () => {
    await startLandlord(world.sandbox);
    const rights = [
      "create",
      "clusterrole",
      "namespace-editor",
      "--verb=get,create,update,patch",
      "--resource=namespaces,namespaces/status,namespaces/finalize",
    ];
    assert.equal((await world.sandbox.kubectl(rights)).code, 0);
    const grant = [
      "create",
      "clusterrolebinding",
      "namespace-editors",
      "--clusterrole=namespace-editor",
      "--user=developer",
      "--group=platform-admins",
    ];
    assert.equal((await world.sandbox.kubectl(grant)).code, 0);
    // a foreign ServiceAccount keeps this one from becoming ready
    await cluster.namespace("blocked", {});
    await cluster.create("/api/v1/namespaces/blocked/serviceaccounts", { metadata: { name: "blocked" } });
    await cluster.patch("/api/v1/namespaces/blocked", { metadata: { labels: TENANT_LABELS } });
    await cluster.reason("blocked", "TenantReady", "Conflict");
    uid = (await namespace("blocked")).metadata.uid ?? "";
    await cluster.namespace("ready");
    await cluster.ready("ready");
  });

  const namespace = async (name: string): Promise<Namespace> =>
    (await cluster.get<Namespace>(`/api/v1/namespaces/${name}`)) ?? assert.fail();
  const patch = (name: string, body: object, { user = "developer", args = [] as string[] } = {}) =>
    world.sandbox.kubectl(["patch", "namespace", name, "--type=merge", "-p", JSON.stringify(body), ...args], { user });

  for (const args of [[], ["--subresource=status"]]) {
    const by = args.length === 0 ? "the Namespace" : "its status";
    it(`undoes a forged ready mark that was written through ${by}, and warns`, async () => {
      const { stderr } = await patch(
        "blocked",
        { metadata: { annotations: { "landlord.dev/initialized": uid } } },
        { args },
      );
      assert.match(stderr, /Warning: .*landlord\.dev\/initialized/);
      assert.equal((await namespace("blocked")).metadata.annotations?.["landlord.dev/initialized"], undefined);
    });

    it(`keeps the marker on a namespace that is not ready, against a change through ${by}`, async () => {
      await patch("blocked", { metadata: { labels: { "landlord.dev/initializing": null } } }, { args });
      assert.equal((await namespace("blocked")).metadata.labels?.["landlord.dev/initializing"], "true");
    });

    it(`puts a tenant label back that was changed through ${by}, and says who may`, async () => {
      for (const value of ["mallory", null, ""]) {
        const { stderr } = await patch("ready", { metadata: { labels: { "landlord.dev/tenant": value } } }, { args });
        assert.match(stderr, /Warning: .*admin/);
        assert.equal((await namespace("ready")).metadata.labels?.["landlord.dev/tenant"], "acme");
      }
    });
  }

  it("undoes a change through finalize as well", async () => {
    const object = await namespace("ready");
    const body = {
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, "landlord.dev/tenant": "mallory" } },
    };
    const { code, stderr } = await world.sandbox.kubectl(
      ["replace", "--raw", "/api/v1/namespaces/ready/finalize", "-f", "-"],
      { input: JSON.stringify(body), user: "developer" },
    );
    assert.equal(code, 0, stderr);
    assert.equal((await namespace("ready")).metadata.labels?.["landlord.dev/tenant"], "acme");
  });

  it("takes a ready mark off a namespace that is created with one", async () => {
    const manifest = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "forged", labels: TENANT_LABELS, annotations: { "landlord.dev/initialized": uid } },
    };
    const { stdout } = await world.sandbox.kubectl(["create", "-f", "-", "-o", "json", "--dry-run=server"], {
      input: JSON.stringify(manifest),
      user: "developer",
    });
    const { metadata } = JSON.parse(stdout) as Namespace;
    assert.equal(metadata.annotations?.["landlord.dev/initialized"], undefined);
    assert.equal(metadata.labels?.["landlord.dev/initializing"], "true");
    assert.equal(await cluster.get("/api/v1/namespaces/forged"), undefined);
  });

  it("lets an admin give the namespace to another tenant", async () => {
    const { code, stderr } = await patch(
      "ready",
      { metadata: { labels: { "landlord.dev/tenant": "successor" } } },
      { user: "platform-admin" },
    );
    assert.equal(code, 0, stderr);
    assert.equal((await namespace("ready")).metadata.labels?.["landlord.dev/tenant"], "successor");
  });
});
