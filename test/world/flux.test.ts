// Flux's kustomize-controller in the sandbox, with sources made by hand: what suites about Kustomizations stand on.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { lockdownFlags } from "../../webhooks/second-wall/lockdown.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { plain } from "../helpers/flux-artifacts.ts";
import { type FluxSources, startFluxSources } from "../helpers/flux-sources.ts";
import { fromSource, kustomizationsOf } from "../helpers/kustomizations.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const LOCKDOWN_FLAGS = lockdownFlags("kustomize-controller");

const OPTIONS = { with: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

describe("kustomize-controller in the sandbox", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  const kustomizations = kustomizationsOf(() => world.sandbox);
  let sources: FluxSources;

  before(async () => {
    sources = await startFluxSources(world.sandbox);
    await cluster.namespace("home", {});
  });
  after(() => sources.stop());

  it("applies what a source holds, follows it, and prunes what is gone from it", async () => {
    const source = { namespace: "home", name: "moving" };
    await sources.create(source, plain("old"));
    await kustomizations.create("home", "moving", { ...fromSource("moving"), targetNamespace: "home" });
    assert.equal((await kustomizations.settled("home", "moving")).status, "True");
    const has = (name: string): Promise<boolean> =>
      cluster.get(`/api/v1/namespaces/home/configmaps/${name}`).then((found) => found !== undefined);
    assert.ok(await has("old"));
    const revision = await sources.publish(source, plain("new"));
    assert.equal((await kustomizations.settled("home", "moving", { revision })).status, "True");
    assert.ok(await has("new"));
    assert.ok(!(await has("old")));
    await kustomizations.remove("home", "moving");
    assert.ok(!(await has("new")));
  });

  it("refuses an archive that is not what the source says", async () => {
    const source = { namespace: "home", name: "forged" };
    await sources.create(source, plain("forged"));
    await sources.publish(source, plain("other"), { digest: `sha256:${"0".repeat(64)}` });
    await kustomizations.create("home", "forged", { ...fromSource("forged"), targetNamespace: "home" });
    const { reason, message } = await kustomizations.settled("home", "forged");
    assert.equal(reason, "ArtifactFailed");
    assert.match(message, /computed digest doesn't match/);
  });

  it("catches up with what happened while it was stopped", async () => {
    await world.sandbox.flux.stop();
    await sources.create({ namespace: "home", name: "later" }, plain("later"));
    await kustomizations.create("home", "later", { ...fromSource("later"), targetNamespace: "home" });
    await world.sandbox.flux.restart();
    assert.equal((await kustomizations.settled("home", "later")).status, "True");
  });

  it("knows the lockdown flags, and one of them only with its feature gate", async () => {
    const { flux } = world.sandbox;
    const ungated = LOCKDOWN_FLAGS.filter((flag) => !flag.startsWith("--feature-gates"));
    await assert.rejects(flux.restart(ungated), /cannot set default service accounts when the feature gate/);
    await flux.restart(LOCKDOWN_FLAGS);
    await flux.restart([]);
  });
});
