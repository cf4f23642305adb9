// Nobody but Landlord sets the ready mark, and nobody but the platform changes whose a namespace is: by whatever path.
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
    it(`refuses a ready mark that is forged through ${by}`, async () => {
      const forged = { metadata: { annotations: { "landlord.dev/initialized": uid } } };
      const { code, stderr } = await patch("blocked", forged, { args });
      assert.notEqual(code, 0);
      assert.match(stderr, /M1 metadata\.annotations\[landlord\.dev\/initialized\]/);
      assert.equal((await namespace("blocked")).metadata.annotations?.["landlord.dev/initialized"], undefined);
    });

    it(`refuses to take the marker off a namespace that is not ready through ${by}`, async () => {
      const { code } = await patch(
        "blocked",
        { metadata: { labels: { "landlord.dev/initializing": null } } },
        { args },
      );
      assert.notEqual(code, 0);
      assert.equal((await namespace("blocked")).metadata.labels?.["landlord.dev/initializing"], "true");
    });

    it(`refuses another tenant's label through ${by}, and says who may change it`, async () => {
      for (const value of ["mallory", null, ""]) {
        const change = { metadata: { labels: { "landlord.dev/tenant": value } } };
        const { code, stderr } = await patch("ready", change, { args });
        assert.notEqual(code, 0);
        assert.match(stderr, /M1 metadata\.labels\[landlord\.dev\/tenant\].*admin/);
        assert.equal((await namespace("ready")).metadata.labels?.["landlord.dev/tenant"], "acme");
      }
    });

    it(`lets anybody with the right change other labels through ${by}, whatever the marks`, async () => {
      for (const name of ["ready", "blocked"]) {
        const { code, stderr } = await patch(name, { metadata: { labels: { team: `a${args.length}` } } }, { args });
        assert.equal(code, 0, stderr);
      }
    });
  }

  it("refuses a change through finalize as well", async () => {
    const object = await namespace("ready");
    const body = {
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, "landlord.dev/tenant": "mallory" } },
    };
    const { code, stderr } = await world.sandbox.kubectl(
      ["replace", "--raw", "/api/v1/namespaces/ready/finalize", "-f", "-"],
      { input: JSON.stringify(body), user: "developer" },
    );
    assert.notEqual(code, 0);
    assert.match(stderr, /M1 /);
    assert.equal((await namespace("ready")).metadata.labels?.["landlord.dev/tenant"], "acme");
  });

  it("refuses a tenant's namespace that is not made by the platform", async () => {
    const manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: "grabbed", labels: TENANT_LABELS } };
    const input = JSON.stringify(manifest);
    const { code, stderr } = await world.sandbox.kubectl(["create", "-f", "-"], { input, user: "developer" });
    assert.notEqual(code, 0);
    assert.match(stderr, /M1 metadata\.labels\[landlord\.dev\/tenant\]/);
    assert.equal(await cluster.get("/api/v1/namespaces/grabbed"), undefined);
  });

  it("takes a ready mark off a namespace that the platform creates with one", async () => {
    const manifest = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "forged", labels: TENANT_LABELS, annotations: { "landlord.dev/initialized": uid } },
    };
    const { stdout } = await world.sandbox.kubectl(["create", "-f", "-", "-o", "json", "--dry-run=server"], {
      input: JSON.stringify(manifest),
      user: "platform-admin",
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
