// While Landlord is away: what must fail closed does, and what must never be blocked goes through.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startLandlord } from "../../sandbox/landlord.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { crds: ["flux", "argocd"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const FLUX = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/team-a/kustomizations";
const ARGO = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";
const TENANT = ["--as=system:serviceaccount:team-a:team-a", "--as-group=system:authenticated"];

describe("a cluster whose Landlord is away", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);

  before(async () => {
    const landlord = await startLandlord(world.sandbox, { settings: { LANDLORD_ADMIN_GROUPS: "system:masters" } });
    await cluster.namespace("team-a");
    await cluster.namespace("argocd", {});
    await cluster.namespace("doomed");
    await cluster.ready("team-a");
    const { code, stderr } = await kubectl([
      "create",
      "clusterrolebinding",
      "everything",
      "--clusterrole=cluster-admin",
      "--group=system:authenticated",
    ]);
    assert.equal(code, 0, stderr);
    await cluster.create(FLUX, kustomization("app"));
    await cluster.create(FLUX, { ...kustomization("big"), spec: { ...SPEC, postBuild: { substitute: MUCH } } });
    await cluster.create(FLUX, {
      ...kustomization("annotated"),
      metadata: { name: "annotated", namespace: "team-a", annotations: MANY, finalizers: ["a.example/b"] },
    });
    await cluster.create(FLUX.replace("team-a", "doomed"), {
      ...kustomization("app"),
      metadata: { name: "app", namespace: "doomed", finalizers: ["finalizers.fluxcd.io"] },
    });
    await cluster.create(ARGO, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: { name: "app", namespace: "argocd", finalizers: ["resources-finalizer.argocd.argoproj.io"] },
      spec: {
        project: "team-a",
        source: { repoURL: "https://x.example", path: "." },
        destination: { name: "in-cluster" },
      },
    });
    await landlord.stop();
  });

  const kubectl = (args: string[], input?: unknown) =>
    world.sandbox.kubectl(args, input === undefined ? {} : { input: JSON.stringify(input) });
  const patch = async (path: string[], body: object): Promise<string> => {
    const { code, stderr } = await kubectl(["patch", ...path, "--type=merge", "-p", JSON.stringify(body), ...TENANT]);
    return code === 0 ? "" : stderr;
  };

  it("lets nothing new in, and no spec change", async () => {
    const { code, stderr } = await kubectl(["create", "-f", "-", ...TENANT], kustomization("new"));
    assert.notEqual(code, 0);
    assert.match(stderr, /failed calling webhook "flux\.landlord\.dev"/);
    assert.match(
      await patch(["kustomization", "app", "-n", "team-a"], { spec: { path: "./other" } }),
      /failed calling/,
    );
    const label = { metadata: { labels: { "sharding.fluxcd.io/key": "other" } } };
    assert.match(await patch(["kustomization", "app", "-n", "team-a"], label), /failed calling webhook/);
    const relabel = { metadata: { labels: { "landlord.dev/tenant": "b" } } };
    assert.match(await patch(["namespace", "team-a"], relabel), /failed calling webhook "namespaces\.landlord\.dev"/);
  });

  for (const name of ["app", "big"]) {
    it(`lets finalizers come and go, and reconciles be asked for: ${name}`, async () => {
      const finalizers = { metadata: { finalizers: ["finalizers.fluxcd.io"] } };
      const asked = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "now" } } };
      for (const body of [finalizers, asked, { metadata: { finalizers: null } }]) {
        assert.equal(await patch(["kustomization", name, "-n", "team-a"], body), "");
      }
    });
  }

  it("lets finalizers be taken off whatever has so many annotations that comparing each would cost too much", async () => {
    assert.equal(await patch(["kustomization", "annotated", "-n", "team-a"], { metadata: { finalizers: null } }), "");
  });

  it("lets Argo CD's finalizer be taken off", async () => {
    assert.equal(await patch(["application", "app", "-n", "argocd"], { metadata: { finalizers: null } }), "");
  });

  it("lets bare namespaces be made, and any be deleted with all that is in them", async () => {
    const made = await kubectl(["create", "namespace", "bare", ...TENANT]);
    assert.equal(made.code, 0, made.stderr);
    assert.equal((await kubectl(["delete", "namespace", "doomed", "--wait=false", ...TENANT])).code, 0);
    await kubectl(["wait", "-n", "doomed", "--for=delete", "kustomization/app", "--timeout=2s"]); // its finalizer holds it
    assert.equal(await patch(["kustomization", "app", "-n", "doomed"], { metadata: { finalizers: null } }), "");
    const gone = await kubectl(["wait", "--for=delete", "namespace/doomed", "--timeout=30s"]);
    assert.equal(gone.code, 0, gone.stderr);
  });
});

const SPEC = {
  interval: "5m",
  path: "./",
  prune: true,
  serviceAccountName: "team-a",
  targetNamespace: "team-a",
  sourceRef: { kind: "GitRepository", name: "app" },
};
/** Nearly a megabyte: what the API server compares must not be too much for it. */
const MUCH = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`v${index}`, "x".repeat(300)]));
/** As many as fit. */
const MANY = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`k${index}`, ""]));

function kustomization(name: string): { apiVersion: string; kind: string; metadata: object; spec: object } {
  const apiVersion = "kustomize.toolkit.fluxcd.io/v1";
  return { apiVersion, kind: "Kustomization", metadata: { name, namespace: "team-a" }, spec: SPEC };
}
