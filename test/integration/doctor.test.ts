// `landlord doctor` and `landlord break-glass` on a real control plane: each breakage made by hand has its finding and its command.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type RunningLandlord, runLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { applyManifests } from "../../sandbox/manifests.ts";
import type { Told } from "../../src/cli/doctor/examine.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import { clusterOf } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";
import { unreachable } from "../helpers/unreachable.ts";

const OPTIONS = { crds: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/landlord";
const MUTATING = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/landlord";
const CLUSTER_ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/landlord";
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/landlord/leases/landlord";

interface Configuration extends KubeObject {
  webhooks: { name: string; rules: { apiGroups: string[] }[]; clientConfig: { caBundle?: string } }[];
}

describe("landlord doctor", { skip }, () => {
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  const run = (args: readonly string[], kubeconfig = world.sandbox.kubeconfig()) =>
    runLandlord(args, { KUBECONFIG: kubeconfig });
  async function diagnose(
    kubeconfig?: string,
    ...args: string[]
  ): Promise<{ code: number; findings: Told[]; bad: string[]; text: string }> {
    const { code, stdout, stderr } = await run(["doctor", "-o", "json", ...args], kubeconfig);
    assert.notEqual(stdout, "", stderr);
    const { findings } = JSON.parse(stdout) as { findings: Told[] };
    const bad = findings.filter(({ status }) => status === "problem").map(({ check }) => check);
    return { code, findings, bad: [...new Set(bad)], text: stdout };
  }
  /** The doctor says 1, these checks have problems and no others do, and the first says this and names this command. */
  async function finds(checks: string[], message: RegExp, command: RegExp): Promise<void> {
    const { code, bad, findings, text } = await diagnose();
    assert.deepEqual([code, bad], [1, checks], text);
    const finding = findings.find((each) => each.status === "problem" && message.test(each.message));
    assert.ok(finding, text);
    assert.match(finding.command, command);
  }
  const isHealthy = () =>
    eventually("it is healthy", async () => ((await run(["doctor"])).code === 0 ? true : undefined), 20_000);
  const violating = (user = "developer") =>
    world.sandbox.kubectl(["create", "-f", "-", "--dry-run=server"], {
      user,
      input: JSON.stringify({
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: { name: "app", namespace: "team-a" },
        spec: {
          interval: "5m",
          prune: true,
          sourceRef: { kind: "GitRepository", name: "app" },
          targetNamespace: "kube-system",
        },
      }),
    });
  const put = async <T extends KubeObject>(path: string, change: (found: T) => T): Promise<void> => {
    const found = await cluster.get<T>(path);
    assert.ok(found);
    const { status, text } = await world.sandbox.api.call({ method: "PUT", path, body: change(found) });
    assert.equal(status, 200, text);
  };
  /** What `change` makes of the object holds until `during` is over; then it is as it was. */
  async function whileChanged<T extends KubeObject>(
    path: string,
    change: (found: T) => T,
    during: () => Promise<void>,
  ): Promise<void> {
    const whole = await cluster.get<T>(path);
    assert.ok(whole);
    await put<T>(path, change);
    await during();
    await put<T>(path, ({ metadata }) => ({ ...whole, metadata }));
    await isHealthy();
  }

  before(async () => {
    landlord = await startLandlord(world.sandbox);
    const grant = ["create", "clusterrolebinding", "writers", "--clusterrole=landlord-tenant", "--user=developer"];
    assert.equal((await world.sandbox.kubectl(grant)).code, 0);
    await cluster.namespace("team-a");
    await cluster.ready("team-a");
  });
  after(() => landlord.stop());

  it("finds a cluster healthy where all is well, and every check has said so", async () => {
    await isHealthy();
    const { code, findings, text } = await diagnose();
    assert.equal(code, 0, text);
    assert.deepEqual(new Set(findings.map(({ status }) => status)), new Set(["ok"]), text);
    const said = new Set(findings.map(({ check }) => check));
    assert.equal(said.size, 14, text);
    assert.match(text, /a Kustomization in team-a that reaches out of it is refused by flux.landlord.dev/);
    const table = await run(["doctor"]);
    assert.match(table.stdout, /^CHECK +STATUS +FINDING\napi-server +OK +the API server answers \(v1\./);
    assert.match(table.stdout, /\nhealthy\n$/);
  });

  it("leaves nothing behind", async () => {
    assert.equal(await cluster.get("/api/v1/namespaces/landlord-doctor-probe"), undefined);
    const path = "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations";
    assert.deepEqual(await cluster.list(path), []);
  });

  it("tells what it cannot tell: without rights, without a server", async (t) => {
    const nobody = await diagnose(world.sandbox.kubeconfig("developer"));
    assert.deepEqual([nobody.code, nobody.bad], [2, []], nobody.text);
    const alone = await diagnose(await unreachable(t));
    assert.deepEqual(
      [alone.code, alone.findings.map(({ check, status }) => [check, status])],
      [2, [["api-server", "unknown"]]],
    );
  });

  it("answers an init container with Landlord's own account", async () => {
    const token = (await world.sandbox.kubectl(["create", "token", "landlord", "-n", "landlord"])).stdout.trim();
    const { code, findings, text } = await diagnose(world.sandbox.kubeconfig({ token }), "--before-start");
    assert.equal(code, 0, text);
    assert.deepEqual(
      findings.map(({ check }) => check),
      ["api-server", "version", "clock", "rights"],
    );
  });

  it("finds a right that is missing, and its command puts it back", async () => {
    const role = await cluster.get<KubeObject & { rules: { resources: string[] }[] }>(CLUSTER_ROLE);
    await cluster.patch(CLUSTER_ROLE, { rules: role?.rules.filter(({ resources }) => !resources.includes("pods")) });
    const file = "manifests/base/cluster-role.yaml";
    await finds(
      ["rights"],
      /may not list, watch, patch pods$/,
      /^kubectl apply --server-side --force-conflicts -f manifests/,
    );
    const { code, stderr } = await world.sandbox.kubectl([
      "apply",
      "--server-side",
      "--force-conflicts",
      "-f",
      fileURLToPath(new URL(`../../${file}`, import.meta.url)),
    ]);
    assert.equal(code, 0, stderr);
    await isHealthy();
  });

  it("finds a rule that is missing from a webhook", async () => {
    const isHelm = ({ apiGroups }: { apiGroups: string[] }): boolean => apiGroups.includes("helm.toolkit.fluxcd.io");
    await whileChanged<Configuration>(
      VALIDATING,
      (found) => ({
        ...found,
        webhooks: found.webhooks.map((webhook) => ({
          ...webhook,
          rules: webhook.rules.filter((rule) => webhook.name !== "flux.landlord.dev" || !isHelm(rule)),
        })),
      }),
      () =>
        finds(
          ["webhooks"],
          /flux\.landlord\.dev is not called for CREATE helmreleases/,
          /kubectl apply .*webhooks\.yaml/,
        ),
    );
  });

  it("finds a configuration that is missing, and one too many", async () => {
    await cluster.remove(MUTATING);
    await finds(["webhooks", "mutating-fires"], /MutatingWebhookConfiguration landlord is missing/, /webhooks\.yaml/);
    await applyManifests(world.sandbox, { webhookPort: landlord.ports.webhooks });
    await isHealthy();
    const found = await cluster.get<Configuration>(MUTATING);
    const copy = { ...found, metadata: { name: "old-release" } };
    await cluster.create("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", copy);
    await finds(
      ["unshadowed"],
      /MutatingWebhookConfiguration old-release/,
      /^kubectl delete mutatingwebhookconfiguration old-release$/,
    );
    await cluster.remove(MUTATING.replace(/landlord$/, "old-release"));
  });

  it("finds a tenant that a foreign object keeps from being ready", async () => {
    await cluster.namespace("team-b", {});
    await cluster.create("/api/v1/namespaces/team-b/serviceaccounts", { metadata: { name: "team-b" } });
    await cluster.patch("/api/v1/namespaces/team-b", { metadata: { labels: { "landlord.dev/tenant": "b" } } });
    await cluster.reason("team-b", "TenantReady", "Conflict");
    await finds(["tenants"], /team-b is not ready: Conflict/, /^kubectl delete serviceaccount team-b -n team-b$/);
    await cluster.remove("/api/v1/namespaces/team-b");
  });

  it("finds what a dead namespace has left", async () => {
    const metadata = {
      name: "leftover",
      labels: { "app.kubernetes.io/managed-by": "landlord" },
      annotations: { "landlord.dev/namespace-uid": "00000000-0000-0000-0000-000000000000" },
    };
    await cluster.create("/api/v1/namespaces/default/configmaps", { metadata });
    await finds(["leftovers"], /ConfigMap default\/leftover/, /^kubectl delete configmap leftover -n default$/);
    await cluster.remove("/api/v1/namespaces/default/configmaps/leftover");
  });

  describe("landlord break-glass", () => {
    it("lets everything through with one call, says so everywhere, and takes back exactly that", async () => {
      const figure = async () => /^landlord_break_glass (\d)$/m.exec((await landlord.get("/metrics")).text)?.[1];
      const denied = await violating();
      assert.match(denied.stderr, /flux\.landlord\.dev.*K2/s);
      assert.equal(await figure(), "0");
      const whole = await cluster.get<Configuration>(VALIDATING);

      const broken = await run(["break-glass", "--reason", "webhook storm, INC-7"]);
      assert.equal(broken.code, 0, broken.stderr);
      await eventually("a violating object is let through", async () =>
        (await violating()).code === 0 ? true : undefined,
      );
      await eventually("the metric says so", async () => ((await figure()) === "1" ? true : undefined));
      const readyz = await landlord.get("/readyz");
      assert.equal(readyz.status, 200);
      assert.match(readyz.text, /lets everything through: sandbox-admin \S+ webhook storm, INC-7/);
      const events = await cluster.list<KubeObject & { reason: string; message: string }>(
        "/api/v1/namespaces/landlord/events",
      );
      assert.match(events.find(({ reason }) => reason === "GlassBroken")?.message ?? "", /sandbox-admin .*INC-7/);
      await finds(
        ["break-glass", "validating-fires"],
        /sandbox-admin .* webhook storm, INC-7/,
        /^landlord break-glass --undo$/,
      );

      // whoever applies the manifests the way Flux does leaves a field alone that is not its own
      await applyManifests(world.sandbox, { webhookPort: landlord.ports.webhooks });
      assert.equal((await violating()).code, 0);

      const mended = await run(["break-glass", "--undo"]);
      assert.equal(mended.code, 0, mended.stderr);
      await eventually("it is refused again", async () => ((await violating()).code === 0 ? undefined : true));
      await eventually("the metric says so", async () => ((await figure()) === "0" ? true : undefined));
      const again = await cluster.get<Configuration>(VALIDATING);
      assert.equal(JSON.stringify(again?.webhooks), JSON.stringify(whole?.webhooks));
      assert.deepEqual(again?.metadata.annotations, whole?.metadata.annotations);
      assert.match((await run(["break-glass", "--undo"])).stdout, /nothing to undo/);
      await isHealthy();
    });

    it("can be done from Landlord's own Pod", async () => {
      const token = (await world.sandbox.kubectl(["create", "token", "landlord", "-n", "landlord"])).stdout.trim();
      const own = world.sandbox.kubeconfig({ token });
      const broken = await run(["break-glass", "--reason", "from the Pod"], own);
      assert.deepEqual([broken.code, broken.stderr], [0, ""]);
      const told = await diagnose(own);
      assert.deepEqual([told.code, told.bad], [1, ["break-glass"]], told.text);
      assert.match(told.text, /system:serviceaccount:landlord:landlord \S+ from the Pod/);
      assert.equal((await run(["break-glass", "--undo"], own)).code, 0);
      const { findings } = await diagnose(own);
      const untold = findings.filter(({ status }) => status === "unknown").map(({ check }) => check);
      assert.deepEqual(untold, ["unshadowed", "validating-fires", "mutating-fires"]);
    });

    it("wants a reason", async () => {
      const { code, stderr } = await run(["break-glass"]);
      assert.equal(code, 2);
      assert.match(stderr, /--reason/);
    });
  });

  describe("while Landlord is away", () => {
    before(() => landlord.kill());

    it("finds that nobody answers, and that the Lease is stale", async () => {
      const { code, bad, text } = await diagnose();
      assert.equal(code, 1);
      assert.ok(bad.includes("validating-fires") && bad.includes("mutating-fires"), text);
      const renewTime = "2026-01-01T00:00:00.000000Z";
      await cluster.patch(LEASE, { spec: { renewTime } });
      const later = await diagnose();
      assert.match(later.text, /Lease landlord\/landlord is held by landlord_\w+, which was last heard of 2026-01-01/);
    });

    it("finds a caBundle that does not hold what is served", async () => {
      const caBundle = Buffer.from("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").toString("base64");
      await put<Configuration>(VALIDATING, (found) => ({
        ...found,
        webhooks: found.webhooks.map((webhook) => ({
          ...webhook,
          clientConfig: { ...webhook.clientConfig, caBundle },
        })),
      }));
      const { findings, text } = await diagnose();
      const finding = findings.find(({ check, status }) => check === "trust" && status === "problem");
      assert.match(
        finding?.message ?? text,
        /ValidatingWebhookConfiguration landlord: caBundle of flux\.landlord\.dev/,
      );
      assert.match(finding?.command ?? "", /^kubectl rollout restart deployment\/landlord -n landlord$/);
    });

    it("still breaks the glass, and mends it", async () => {
      const refused = await violating();
      assert.match(refused.stderr, /failed calling webhook/);
      assert.equal((await run(["break-glass", "--reason", "Landlord is away"])).code, 0);
      await eventually("a violating object is let through", async () =>
        (await violating()).code === 0 ? true : undefined,
      );
      assert.equal((await run(["break-glass", "--undo"])).code, 0);
      await eventually("it is not", async () => ((await violating()).code === 0 ? undefined : true));
    });
  });
});
