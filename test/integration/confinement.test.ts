// Tenants' Flux Kustomizations stay in their namespace: real kubectl, real API server, Flux's own CRDs.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { crds: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const kustomization = (name: string, namespace: string, spec: object): string =>
  JSON.stringify({
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace },
    spec: { interval: "5m", prune: true, path: "./", ...spec },
  });
const OWN = {
  serviceAccountName: "team-a",
  targetNamespace: "team-a",
  sourceRef: { kind: "GitRepository", name: "app" },
};
/** The flux demo's open case: no ServiceAccount, no target, another namespace's source. */
const WRONG = {
  path: "./kustomizations/wrong-namespace",
  sourceRef: { kind: "GitRepository", name: "default", namespace: "flux-system" },
};

describe("confinement", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  before(async () => {
    landlord = await startLandlord(world.sandbox);
    await cluster.namespace("team-a");
    await cluster.namespace("flux-system", {});
    await cluster.namespace("nobodys", {});
    await cluster.ready("team-a");
    // the tenant's people, and the platform's: RBAC lets both write Kustomizations everywhere, Landlord decides what in them
    const grant = [
      "create",
      "clusterrolebinding",
      "writers",
      "--clusterrole=landlord-tenant",
      "--user=developer",
      "--group=platform-admins",
    ];
    assert.equal((await world.sandbox.kubectl(grant)).code, 0);
  });

  const apply = (manifest: string, { user = "developer", args = [] as string[] } = {}) =>
    world.sandbox.kubectl(["apply", "-f", "-", ...args], { input: manifest, user });

  for (const args of [[], ["--dry-run=server"]]) {
    it(`refuses what reaches out of its namespace, with every cause and the way to mend it${args.length > 0 ? " (dry run)" : ""}`, async () => {
      const { code, stderr } = await apply(kustomization("wrong-namespace", "team-a", WRONG), { args });
      assert.notEqual(code, 0);
      for (const part of [
        "K1 spec.serviceAccountName",
        "K2 spec.targetNamespace",
        "K4 spec.sourceRef.namespace",
        '"flux-system"',
        '"team-a"',
      ]) {
        assert.ok(stderr.includes(part), `${part} in: ${stderr}`);
      }
    });
  }

  it("tells machines the same, one cause for each violation", async () => {
    const path = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/team-a/kustomizations?dryRun=All";
    const { stderr } = await world.sandbox.kubectl(["create", "--raw", path, "-f", "-", "-v=8"], {
      input: kustomization("wrong", "team-a", WRONG),
      user: "developer",
    });
    const causes = [...stderr.matchAll(/"field": "([^"]+)"/g)].map(([, field]) => field);
    assert.deepEqual(causes, ["spec.serviceAccountName", "spec.targetNamespace", "spec.sourceRef.namespace"], stderr);
  });

  it("lets a Kustomization in that stays at home", async () => {
    const { code, stderr } = await apply(kustomization("good", "team-a", OWN));
    assert.equal(code, 0, stderr);
    assert.equal(stderr, "");
  });

  it("refuses the change that would let it out, whatever kind of patch it is", async () => {
    const change = JSON.stringify({ spec: { targetNamespace: "kube-system" } });
    const json = JSON.stringify([{ op: "replace", path: "/spec/targetNamespace", value: "kube-system" }]);
    for (const args of [
      ["--type=merge", "-p", change],
      ["--type=json", "-p", json],
    ]) {
      const { code, stderr } = await world.sandbox.kubectl(
        ["patch", "kustomization", "good", "-n", "team-a", ...args],
        { user: "developer" },
      );
      assert.notEqual(code, 0);
      assert.match(stderr, /K2 spec\.targetNamespace/);
    }
    const { code } = await apply(kustomization("good", "team-a", { ...OWN, targetNamespace: "kube-system" }), {
      args: ["--server-side"],
    });
    assert.notEqual(code, 0);
  });

  it("lets an older wrong object keep its finalizers and be deleted, but not change", async () => {
    await landlord.stop();
    const configuration = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/landlord";
    await cluster.remove(configuration);
    assert.equal((await apply(kustomization("legacy", "team-a", WRONG))).code, 0);
    landlord = await startLandlord(world.sandbox, { ports: landlord.ports });
    const patch = (body: object) =>
      world.sandbox.kubectl(
        ["patch", "kustomization", "legacy", "-n", "team-a", "--type=merge", "-p", JSON.stringify(body)],
        { user: "developer" },
      );
    assert.equal((await patch({ metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "now" } } })).code, 0);
    assert.equal((await patch({ metadata: { finalizers: ["example.com/theirs"] } })).code, 0);
    const changed = await patch({ spec: { path: "./other" } });
    assert.match(changed.stderr, /K1 .*K2 .*K4/);
    assert.equal(
      (
        await world.sandbox.kubectl(["delete", "kustomization", "legacy", "-n", "team-a", "--wait=false"], {
          user: "developer",
        })
      ).code,
      0,
    );
    assert.equal((await patch({ metadata: { finalizers: null } })).code, 0);
    assert.equal(
      await cluster.get("/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/team-a/kustomizations/legacy"),
      undefined,
    );
  });

  it("refuses everything in a namespace that is nobody's", async () => {
    const { stderr } = await apply(
      kustomization("stray", "nobodys", { ...OWN, serviceAccountName: "nobodys", targetNamespace: "nobodys" }),
    );
    assert.match(stderr, /K1 spec\.serviceAccountName.*no tenant's.*landlord\.dev\/tenant/);
  });

  it("leaves the platform's own namespace to the platform", async () => {
    const { code, stderr } = await apply(
      kustomization("platform", "flux-system", { sourceRef: { kind: "GitRepository", name: "default" } }),
      { user: "platform-admin" },
    );
    assert.equal(code, 0, stderr);
  });

  it("lets an admin break the glass, and says so", async () => {
    const { code, stderr } = await apply(kustomization("by-admin", "team-a", WRONG), { user: "platform-admin" });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Warning: exempt: K1 .*\n.*Warning: exempt: K2 /);
  });

  it("shows the denial in log and metrics, without the whole object", async () => {
    const denials = (await landlord.log()).filter(({ message }) => message === "request denied");
    assert.ok(denials.some(({ user, namespace }) => user === "developer" && namespace === "nobodys"));
    assert.ok(denials.every((line) => !("object" in line)));
    const { text } = await landlord.get("/metrics");
    assert.match(text, /landlord_admission_denials_total\{rule="K1"\} [1-9]/);
    assert.match(
      text,
      /landlord_admission_reviews_total\{webhook="validate",resource="kustomizations",operation="CREATE",outcome="denied"\} [1-9]/,
    );
  });

  it("refuses everything of tenants while Landlord is away", async () => {
    await landlord.kill();
    const { code, stderr } = await apply(kustomization("unguarded", "team-a", OWN));
    assert.notEqual(code, 0);
    assert.match(stderr, /failed calling webhook/);
    const platform = await apply(
      kustomization("platform", "flux-system", {
        path: "./more",
        sourceRef: { kind: "GitRepository", name: "default" },
      }),
      { user: "platform-admin" },
    );
    assert.equal(platform.code, 0, platform.stderr);
    landlord = await startLandlord(world.sandbox, { ports: landlord.ports });
    assert.equal((await apply(kustomization("unguarded", "team-a", OWN))).code, 0);
  });
});
