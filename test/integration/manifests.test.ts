// The API server's opinion of every manifest and overlay: a dry run on the server, with every field known and Pod Security in force.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { dirname } from "node:path";
import { before, describe, it } from "node:test";
import { parseAllDocuments } from "yaml";
import { clusterOf } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";
import { standIn } from "../helpers/stand-in.ts";

const OPTIONS = { crds: ["argocd"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/** Kinds of other projects, whose CRDs are not here: their fields are looked at by the units. */
const STRANGERS = [
  { group: "cert-manager.io", resource: "certificates", kind: "Certificate" },
  { group: "cert-manager.io", resource: "issuers", kind: "Issuer" },
  { group: "monitoring.coreos.com", resource: "podmonitors", kind: "PodMonitor" },
  { group: "monitoring.coreos.com", resource: "prometheusrules", kind: "PrometheusRule" },
];
const overlays = globSync("manifests/**/kustomization.yaml").map(dirname).toSorted();
const examples = globSync("manifests/**/*example*/*.yaml").concat(globSync("manifests/**/example-*.yaml"));

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: { replicas: number; template: { metadata: object; spec: object } };
}

describe("manifests on a real API server", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);

  async function rendered(overlay: string): Promise<{ text: string; manifests: Manifest[] }> {
    const { code, stdout, stderr } = await world.sandbox.kubectl(["kustomize", overlay]);
    assert.equal(code, 0, stderr);
    const manifests = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
    return { text: stdout, manifests };
  }

  /** How the server would answer; nothing is kept. */
  async function tried(input: string, ...args: string[]): Promise<string[]> {
    const dryRun = ["--dry-run=server", "--validate=strict", "-f", "-", ...args];
    const { code, stdout, stderr } = await world.sandbox.kubectl(["apply", "--server-side", ...dryRun], { input });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, ""); // warnings, of Pod Security or of fields that go away
    return stdout.trim().split("\n");
  }

  before(async () => {
    for (const kind of STRANGERS) await cluster.create(CRDS, standIn(kind));
    for (const { group, resource } of STRANGERS) {
      const path = `/apis/${group}/v1/${resource}`;
      await eventually(`${path} is served`, async () => (await world.sandbox.api.call({ path })).status === 200);
    }
    // what is in them can only be tried where they are
    const { manifests } = await rendered("manifests");
    const own = manifests.filter(({ kind }) => ["Namespace", "PriorityClass", "ServiceAccount"].includes(kind));
    const input = own.map((manifest) => JSON.stringify(manifest)).join("\n---\n");
    const { code, stderr } = await world.sandbox.kubectl(["apply", "--server-side", "-f", "-"], { input });
    assert.equal(code, 0, stderr);
    for (const name of ["argocd", "monitoring"]) await cluster.namespace(name, {});
  });

  for (const overlay of overlays) {
    it(`takes all of ${overlay}`, async () => {
      const { text, manifests } = await rendered(overlay);
      const answers = await tried(text);
      assert.equal(answers.length, manifests.length);
      for (const line of answers) assert.match(line, /serverside-applied \(server dry run\)$/);
    });

    it(`takes the Pods of ${overlay}, under Pod Security restricted`, async () => {
      const { manifests } = await rendered(overlay);
      for (const { kind, spec } of manifests) {
        if (kind !== "Deployment") continue;
        const metadata = { ...spec.template.metadata, name: "pod", namespace: "landlord" };
        await tried(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec: spec.template.spec }));
      }
    });
  }

  it("would refuse a Pod that may become root", async () => {
    const { manifests } = await rendered("manifests");
    const { spec } = manifests.find(({ kind }) => kind === "Deployment") ?? assert.fail();
    const metadata = { name: "pod", namespace: "landlord" };
    const root = { ...spec.template.spec, securityContext: {} };
    const pod = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec: root });
    await assert.rejects(tried(pod), /violates PodSecurity "restricted/);
  });

  it("would refuse a field that nobody knows", async () => {
    const text = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, datas: {} });
    await assert.rejects(tried(text), /datas/);
  });

  for (const example of examples) {
    it(`takes ${example}, or it is no object of Kubernetes`, async () => {
      const text = await world.sandbox.kubectl([
        "create",
        "--dry-run=client",
        "--validate=false",
        "-f",
        example,
        "-o",
        "yaml",
      ]);
      if (/no matches for kind "ConfinementPolicy"/.test(text.stderr)) return;
      assert.equal((await tried(text.stdout)).length, 1);
    });
  }
});
