// docs/install.md, word for word: installed, tried, changed, upgraded and taken away again by its own commands, until nothing is left.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createApi } from "../../sandbox/api.ts";
import { noteOverlay } from "../../sandbox/audit.ts";
import { openLoop } from "../../sandbox/open-loop.ts";
import { tenantSteps } from "../../src/initializer/steps/index.ts";
import type { KubeObject, Namespace } from "../../src/model/kube-object.ts";
import { clusterOf, decoded } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { everythingIn } from "../helpers/everything.ts";
import { type Kubelet, nodeAddress, startKubelet, WITH_NODE } from "../helpers/kubelet.ts";
import { type Newcomer, welcome } from "../helpers/newcomer.ts";
import { type Block, blocksOf, isAsShown } from "../helpers/page.ts";
import type { Pod } from "../helpers/pod-room.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = {
  ...WITH_NODE,
  crds: ["flux"],
  users: [{ name: "newcomer", groups: ["platform-admins"] }],
} as const;
const found = await sandboxOrSkip(OPTIONS);
const skip =
  nodeAddress() === undefined ? "this machine has no address but those of the loopback interface" : found.skip;

const NAMESPACES = "/api/v1/namespaces";
const PODS = `${NAMESPACES}/landlord/pods`;
const KUSTOMIZATIONS = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/team-a/kustomizations?dryRun=All";
const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/landlord";
/** Cluster-admin by way of its group, as people are: system:masters would be spared some of the webhooks. */
const ADMINS = {
  metadata: { name: "platform-admins" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "platform-admins" }],
};
const GIVEN_BACK = [
  "First: no webhooks, no Landlord",
  "Let Pods and namespaces go",
  "Take away what tenants were given",
  "Last: Landlord itself",
];
const LEFT_TO_THEM = [
  "First: no webhooks, no Landlord",
  "Let Pods and namespaces go",
  "Or leave it to them",
  "Last: Landlord itself",
  "Afterwards, if tenants keep their accounts",
];

interface Secret extends KubeObject {
  data?: Record<string, string>;
}

describe("docs/install.md, followed word for word", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  const blocks = blocksOf(readFileSync("docs/install.md", "utf8"));
  const walked = new Set<Block>();
  let directory: string;
  let newcomer: Newcomer;
  let kubelet: Kubelet;
  let untouched: Map<string, string>;

  before(async () => {
    await noteOverlay(world.sandbox.directory, ".");
    await cluster.create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", ADMINS);
    // a tenant-to-be, and one that can never be set up: its account is somebody else's
    for (const name of ["shop", "stuck"]) await cluster.namespace(name, { purpose: "sells" });
    await cluster.create(`${NAMESPACES}/stuck/serviceaccounts`, { metadata: { name: "stuck" } });
    directory = await mkdtemp(join(tmpdir(), "landlord-install-"));
    const { kubectlPath: kubectl } = world.sandbox;
    newcomer = welcome({ scratch: directory, kubectl, kubeconfig: world.sandbox.kubeconfig("newcomer") });
    kubelet = startKubelet({ sandbox: world.sandbox, namespace: "landlord", hasImage: newcomer.hasImage });
    untouched = await settled();
  });
  after(async () => {
    await kubelet?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs every block under the heading, and finds what the page shows. */
  async function follow(heading: string): Promise<void> {
    const under = blocks.filter((block) => block.heading === heading);
    assert.ok(under.length > 0, `the page has nothing to run under "${heading}"`);
    for (const block of under) {
      walked.add(block);
      if (block.notHere !== undefined) continue;
      const { code, output } = await Promise.race([newcomer.shell.run(block.command), kubelet.failed]);
      const told = `docs/install.md:${block.line}: ended with ${code}\n${block.command}\n${output}`;
      if (block.output === undefined) assert.equal(code, 0, told);
      else assert.ok(isAsShown(output, block.output), told);
    }
  }

  /** The same while a tenant works: each of its requests is answered as it should be. */
  async function followUnderLoad(heading: string): Promise<void> {
    const secret = await cluster.get<Secret>(`${NAMESPACES}/team-a/secrets/team-a-token`);
    const { server, ca } = world.sandbox;
    const tenant = createApi({ server, ca, token: decoded(secret?.data?.["token"]) });
    const over = new AbortController();
    const load = openLoop((index) => tenant.call({ method: "POST", path: KUSTOMIZATIONS, body: written(index) }), {
      perSecond: 20,
      seconds: 120,
      signal: over.signal,
    });
    await follow(heading).finally(() => over.abort());
    const answers = await load;
    assert.ok(answers.length > 20, `only ${answers.length} requests`);
    for (const [index, { status, text }] of answers.entries())
      assert.equal(status, index % 2 === 0 ? 201 : 403, `request ${index} of ${answers.length}: ${text}`);
  }

  const runningPods = async (): Promise<Pod[]> =>
    (await cluster.list<Pod>(PODS)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);

  async function settled(): Promise<Map<string, string>> {
    let last = await everythingIn(world.sandbox);
    return eventually("nothing changes any more", async () => {
      const now = await everythingIn(world.sandbox);
      const same = now.size === last.size && [...now].every(([address, text]) => last.get(address) === text);
      last = now;
      return same && now;
    });
  }

  async function isUntouched(): Promise<void> {
    const limit = Date.now() + 10_000;
    for (;;) {
      const now = await everythingIn(world.sandbox);
      const addresses = [...new Set([...untouched.keys(), ...now.keys()])];
      const different = addresses.filter((address) => untouched.get(address) !== now.get(address));
      if (different.length === 0) return;
      const told = different.map((address) => `${address}\n${untouched.get(address)}\n${now.get(address)}`);
      if (Date.now() > limit) assert.fail(`left behind: ${told.join("\n")}`);
    }
  }

  it("is ready to begin", () => follow("What is needed"));
  it("decides", () => follow("1. Decide"));
  it("builds the image", () => follow("2. Build the image"));
  it("writes it down", () => follow("3. Write it down"));

  it("installs: two replicas, found by their Service", async () => {
    await follow("4. Install");
    const images = (await runningPods()).map(({ spec }) => spec.containers[0]?.image);
    assert.deepEqual(images, Array(2).fill("registry.example.com/landlord:0.1.0"));
  });

  it("checks", () => follow("5. Check"));

  it("sets the first tenant up, and sees a denial", async () => {
    await follow("6. The first tenant");
    await cluster.ready("team-a");
  });

  it("changes a setting, and loses no request", async () => {
    const already = kubelet.started.length;
    await followUnderLoad("Change a setting, or the policy");
    assert.equal(kubelet.started.length, already + 2);
    for (const { spec } of await runningPods())
      assert.equal(spec.containers[0]?.env?.find(({ name }) => name === "LANDLORD_LOG_LEVEL")?.value, "debug");
  });

  it("brings a certificate of its own, and loses no request", async () => {
    await followUnderLoad("Certificates of your own");
    const own = await readFile(join(newcomer.directory, "ca.crt"), "utf8");
    const { webhooks = [] } =
      (await cluster.get<KubeObject & { webhooks: { clientConfig: { caBundle: string } }[] }>(WEBHOOKS)) ?? {};
    assert.ok(webhooks.length > 0);
    for (const { clientConfig } of webhooks) assert.ok(decoded(clientConfig.caBundle).includes(own.trim()));
  });

  it("leaves the certificate from cert-manager to clusters that have it", () => follow("From cert-manager"));

  it("upgrades, and loses no request", async () => {
    await followUnderLoad("Upgrade");
    const images = (await runningPods()).map(({ spec }) => spec.containers[0]?.image);
    assert.deepEqual(images, Array(2).fill("registry.example.com/landlord:0.2.0"));
  });

  it("uninstalls: a Pod that waited goes on, and nothing at all is left behind", async () => {
    const pods = `${NAMESPACES}/stuck/pods`;
    for (const name of ["shop", "stuck"])
      await cluster.patch(`${NAMESPACES}/${name}`, { metadata: { labels: { "landlord.dev/tenant": name } } });
    await cluster.ready("shop");
    await cluster.reason("stuck", "TenantReady", "Conflict");
    await cluster.create(pods, { metadata: { name: "waits" }, spec: { containers: [{ name: "a", image: "a" }] } });
    const gates = async (): Promise<unknown> =>
      (await cluster.get<Pod & { spec: { schedulingGates?: object[] } }>(`${pods}/waits`))?.spec.schedulingGates;
    assert.deepEqual(await gates(), [{ name: "landlord.dev/initializing" }]);

    for (const heading of GIVEN_BACK) await follow(heading);
    assert.equal(await gates(), undefined);
    // the newcomer's own: what they have made to try it
    await cluster.remove(`${pods}/waits?gracePeriodSeconds=0`);
    await cluster.remove(`${NAMESPACES}/team-a`);
    await isUntouched();
  });

  it("installs once more, and leaves tenants what they have: their tokens go on working, and nothing says Landlord", async () => {
    await follow("3. Write it down");
    await follow("4. Install");
    await follow("6. The first tenant");
    const { uid } = (await cluster.get<Namespace>(`${NAMESPACES}/team-a`))?.metadata ?? {};
    for (const heading of LEFT_TO_THEM) await follow(heading);

    const now = await everythingIn(world.sandbox);
    const tenants = [...now].filter(([address]) => address.includes("/team-a"));
    assert.deepEqual(
      tenants
        .filter(([, text]) => text.includes("landlord.dev") || text.includes("managed-by"))
        .map(([, text]) => text),
      [],
    );
    const secret = await cluster.get<Secret>(`${NAMESPACES}/team-a/secrets/team-a-token`);
    const { server, ca } = world.sandbox;
    const tenant = createApi({ server, ca, token: decoded(secret?.data?.["token"]) });
    await eventually("its token works", () => tenant.has(`${NAMESPACES}/team-a/pods`));
    assert.ok(uid !== undefined && now.get(`${NAMESPACES}/team-a`)?.includes(uid));
  });

  it("takes the condition of every step off", () => {
    const settings = { tokenMode: "legacy", tokenWaitMs: 0, tokenLifetimeSeconds: 600 } as const;
    const patches = blocks.filter(({ command }) => command.includes("--subresource=status"));
    for (const { name } of tenantSteps(settings))
      assert.ok(
        patches.some(({ command }) => command.includes(`"landlord.dev/${name}"`)),
        name,
      );
  });

  it("has run every block of the page", () => {
    assert.deepEqual(
      blocks.filter((block) => !walked.has(block)).map(({ line, command }) => `${line}: ${command}`),
      [],
    );
    assert.equal(blocks.filter(({ notHere }) => notHere !== undefined).length, 2);
  });
});

/** Every other one reaches out of the tenant's namespace. */
function written(index: number): object {
  const isGood = index % 2 === 0;
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: `load-${index}`, namespace: "team-a" },
    spec: {
      serviceAccountName: "team-a",
      targetNamespace: isGood ? "team-a" : "kube-system",
      sourceRef: { kind: "GitRepository", name: "app" },
      interval: "10m",
      prune: true,
    },
  };
}
