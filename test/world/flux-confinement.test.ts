// Tenants' Kustomizations with Landlord at the door and Flux locked down behind it: what is refused, what is let in, and what becomes of it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import type { ServiceAccount } from "../../src/model/kube-object.ts";
import { lockdownFlags } from "../../webhooks/second-wall/lockdown.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { BENT, plain } from "../helpers/flux-artifacts.ts";
import { type FluxSources, startFluxSources } from "../helpers/flux-sources.ts";
import { fromSource, kustomization, kustomizationsOf } from "../helpers/kustomizations.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const LOCKDOWN_FLAGS = lockdownFlags("kustomize-controller");

const OPTIONS = { with: ["flux"], fluxFlags: LOCKDOWN_FLAGS } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const OWN = { serviceAccountName: "team-a", targetNamespace: "team-a" };

describe("a tenant of Flux with Landlord at the door", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  const kustomizations = kustomizationsOf(() => world.sandbox);
  let sources: FluxSources;
  let landlord: RunningLandlord;

  before(async () => {
    const { sandbox } = world;
    sources = await startFluxSources(sandbox);
    await sandbox.flux.stop();
    await cluster.namespace("team-a");
    await cluster.namespace("team-b", { "landlord.dev/tenant": "other" });
    await sources.create({ namespace: "flux-system", name: "shared" }, plain("wrong-namespace", "default"));
    await sources.create({ namespace: "team-a", name: "legacy" }, plain("legacy", "team-b"));
    await kustomizations.create("team-a", "legacy", fromSource("legacy"));
    landlord = await startLandlord(sandbox);
    await cluster.ready("team-a");
    const grant = [
      "create",
      "rolebinding",
      "people",
      "--clusterrole=landlord-tenant",
      "--user=developer",
      "-n",
      "team-a",
    ];
    assert.equal((await sandbox.kubectl(grant)).code, 0);
    await sandbox.flux.restart();
  });
  after(async () => {
    sources.stop();
    await landlord.stop();
  });

  /** As one of the tenant's people. */
  const create = (name: string, spec: object) =>
    world.sandbox.kubectl(["create", "-f", "-"], {
      input: JSON.stringify(kustomization("team-a", name, spec)),
      user: "developer",
    });

  /** Lets in a Kustomization that keeps every rule, with these files as its source; gives its Ready condition. */
  async function applied(name: string, files: Readonly<Record<string, string>>) {
    await sources.create({ namespace: "team-a", name }, files);
    const { code, stderr } = await create(name, { ...OWN, ...fromSource(name) });
    assert.equal(code, 0, stderr);
    return kustomizations.settled("team-a", name);
  }

  const REFUSED: { title: string; spec: object; ids: string[] }[] = [
    { title: "another namespace as target", spec: { ...OWN, targetNamespace: "team-b" }, ids: ["K2"] },
    { title: "no target", spec: { serviceAccountName: "team-a" }, ids: ["K2"] },
    { title: "another namespace's source", spec: { ...OWN, ...fromSource("shared", "flux-system") }, ids: ["K4"] },
    { title: "a ServiceAccount that is not there", spec: { ...OWN, serviceAccountName: "ghost" }, ids: ["K1"] },
    {
      title: "no ServiceAccount, no target, another namespace's source, and `default` in the repository",
      spec: fromSource("shared", "flux-system"),
      ids: ["K1", "K2", "K4"],
    },
    {
      title: "a dependency on another namespace's Kustomization",
      spec: { ...OWN, dependsOn: [{ name: "platform", namespace: "flux-system", readyExpr: "dep.spec.suspend" }] },
      ids: ["K5"],
    },
  ];

  for (const { title, spec, ids } of REFUSED) {
    const missing = ids.filter((id) => !rules.some((rule) => rule.id === id));
    const todo = missing.length > 0 && `${missing.join(", ")} is no rule yet`;
    it(`may not have ${title}`, { skip: todo }, async () => {
      const { code, stderr } = await create("refused", { ...fromSource("own"), ...spec });
      assert.notEqual(code, 0);
      assert.match(stderr, /\(Forbidden\).* admission webhook "[a-z.]+\.landlord\.dev" denied the request: /);
      for (const id of ids) assert.match(stderr, new RegExp(`\\b${id} spec\\.`));
      assert.equal(await cluster.get(kustomizations.path("team-a", "refused")), undefined);
    });
  }

  it("has what stays at home applied, wherever the repository would like to go", async () => {
    for (const [name, says] of [["silent"], ["elsewhere", "team-b"]] as const) {
      const { status, message } = await applied(name, plain(name, says));
      assert.equal(status, "True", message);
      assert.deepEqual(await kustomizations.landed("team-a", name), ["team-a"]);
    }
  });

  for (const [way, files] of Object.entries(BENT)) {
    it(`gets nothing into another namespace by ${way} in its repository`, async () => {
      const name = way.toLowerCase();
      const { reason, message } = await applied(name, files(name, "team-b"));
      assert.equal(reason, "ReconciliationFailed", message);
      assert.match(message, forbidden("team-a", "(configmaps|gitrepositories)", "team-b"));
      assert.deepEqual(await kustomizations.landed("team-a", name), []);
    });
  }

  it("cannot change its Namespace by one in its repository, which takes its own one's name", async () => {
    const old = await cluster.get("/api/v1/namespaces/team-a");
    const manifest = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "kube-system", labels: { "landlord.dev/tenant": "other" } },
    };
    const { reason, message } = await applied("namespace", { "namespace.yaml": JSON.stringify(manifest) });
    assert.equal(reason, "ReconciliationFailed", message);
    assert.match(message, forbidden("team-a", "namespaces", "team-a"));
    assert.deepEqual((await cluster.get("/api/v1/namespaces/team-a"))?.metadata.labels, old?.metadata.labels);
  });

  it("may have Kustomizations in its repository, and reads in the outer one why an inner one is refused", async () => {
    const inner = (name: string, spec: object) => ({
      "inner.yaml": JSON.stringify(kustomization("team-a", name, { ...fromSource("own"), ...spec })),
    });
    const good = await applied("outer-good", inner("inner-good", OWN));
    assert.equal(good.status, "True", good.message);
    assert.ok(await cluster.get(kustomizations.path("team-a", "inner-good")));
    const { reason, message } = await applied("outer-bad", inner("inner-bad", { ...OWN, targetNamespace: "team-b" }));
    assert.equal(reason, "ReconciliationFailed");
    assert.match(
      message,
      /^Kustomization\/team-a\/inner-bad dry-run failed \(Forbidden\): admission webhook "\S+" denied the request: .*K2 spec\.targetNamespace is "team-b"; allowed: "team-a"; /,
    );
    assert.equal(await cluster.get(kustomizations.path("team-a", "inner-bad")), undefined);
  });

  it("gets nothing by a Kustomization from before Landlord's time that names no ServiceAccount", async () => {
    const { reason, message } = await kustomizations.settled("team-a", "legacy");
    assert.equal(reason, "ReconciliationFailed", message);
    assert.match(message, forbidden("default", "configmaps", "team-b"));
    assert.deepEqual(await kustomizations.landed("team-a", "legacy"), []);
    await kustomizations.remove("team-a", "legacy");
  });

  it("has its objects pruned although its ServiceAccount was removed, for Landlord makes that anew", async () => {
    const path = "/api/v1/namespaces/team-a/serviceaccounts/team-a";
    const { status, message } = await applied("pruned", plain("pruned"));
    assert.equal(status, "True", message);
    const old = await cluster.get<ServiceAccount>(path);
    await cluster.remove(path);
    await eventually("it is there again", async () => {
      const now = await cluster.get<ServiceAccount>(path);
      return now !== undefined && now.metadata.uid !== old?.metadata.uid;
    });
    await kustomizations.remove("team-a", "pruned");
    assert.equal(await cluster.get("/api/v1/namespaces/team-a/configmaps/pruned"), undefined);
  });
});

/** What the API server says of a ServiceAccount of team-a. */
const forbidden = (name: string, resource: string, namespace: string): RegExp =>
  new RegExp(
    `\\(Forbidden\\): .*"system:serviceaccount:team-a:${name}" cannot patch resource "${resource}" in API group "[a-z.]*" in the namespace "${namespace}"`,
  );
