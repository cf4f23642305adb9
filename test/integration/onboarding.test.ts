// A namespace becomes a tenant's: Landlord with its own manifests' rights against a real control plane, legacy tokens.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import type { KubeObject, Namespace, RoleBinding, Secret } from "../../src/model/kube-object.ts";
import { clusterOf, decoded, TENANT_LABELS } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();

const core = (namespace: string, plural: string, name = ""): string =>
  `/api/v1/namespaces/${namespace}/${plural}${name === "" ? "" : `/${name}`}`;
const bindings = (namespace: string, name = ""): string =>
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings${name === "" ? "" : `/${name}`}`;

describe("onboarding", { skip }, () => {
  const world = useSandbox();
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  before(async () => {
    landlord = await startLandlord(world.sandbox, {
      settings: { LANDLORD_TENANT_LABEL_ALIASES: "toolkit.fluxcd.io/tenant", LANDLORD_TOKEN_WAIT: "1s" },
    });
  });

  const whoami = async (token: string) =>
    await world.sandbox.kubectl(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"], {
      kubeconfig: world.sandbox.kubeconfig({ token }),
    });
  const tokenOf = async (namespace: string): Promise<string> =>
    decoded((await cluster.get<Secret>(core(namespace, "secrets", `${namespace}-token`)))?.data?.["token"]);

  it("gives a labelled namespace its ServiceAccount, RoleBinding and token Secret, and marks it ready last", async () => {
    const created = await cluster.namespace("team-a");
    assert.equal(created.metadata.labels?.["landlord.dev/initializing"], "true");
    const ready = await cluster.ready("team-a");
    assert.equal(ready.metadata.labels?.["landlord.dev/initializing"], undefined);

    const objects = [
      await cluster.get(core("team-a", "serviceaccounts", "team-a")),
      await cluster.get<RoleBinding>(bindings("team-a", "team-a-reconciler")),
      await cluster.get<Secret>(core("team-a", "secrets", "team-a-token")),
    ];
    for (const object of objects) {
      assert.equal(object?.metadata.labels?.["app.kubernetes.io/managed-by"], "landlord");
      assert.equal(object?.metadata.labels?.["landlord.dev/tenant"], "acme");
      assert.equal(object?.metadata.annotations?.["landlord.dev/namespace-uid"], created.metadata.uid);
    }
    const binding = objects[1] as RoleBinding;
    assert.equal(binding.roleRef.name, "landlord-tenant");
    assert.deepEqual(binding.subjects, [{ kind: "ServiceAccount", name: "team-a", namespace: "team-a" }]);
    const types = ready.status?.conditions?.map(({ type, status }) => `${type}=${status}`);
    assert.deepEqual(types, [
      "landlord.dev/service-account=True",
      "landlord.dev/role-binding=True",
      "landlord.dev/variables=True",
      "landlord.dev/token-secret=True",
      "TenantReady=True",
    ]);
  });

  it("works with kubectl wait, and kubectl events tells the story", async () => {
    const { sandbox } = world;
    const wait = await sandbox.kubectl(["wait", "--for=condition=TenantReady", "namespace/team-a", "--timeout=10s"]);
    assert.equal(wait.code, 0, wait.stderr);
    const story = await eventually("the story is told", async () => {
      const { stdout } = await sandbox.kubectl(["events", "-n", "team-a"]);
      return stdout.includes("TenantReady") && stdout;
    });
    for (const line of [
      "created ServiceAccount team-a",
      "created RoleBinding team-a-reconciler",
      "created Secret team-a-token",
      /tenant acme is ready after \d+ ms/,
    ]) {
      assert.match(story, new RegExp(line));
    }
  });

  it("hands out a token that opens its own namespace and no other", async () => {
    const { sandbox } = world;
    const token = await tokenOf("team-a");
    assert.equal((await whoami(token)).stdout, "system:serviceaccount:team-a:team-a");
    const can = async (...args: string[]) =>
      (await sandbox.kubectl(["auth", "can-i", ...args], { kubeconfig: sandbox.kubeconfig({ token }) })).stdout.trim();
    assert.equal(await can("create", "deployments", "-n", "team-a"), "yes");
    const refused = [
      ["create", "deployments", "-n", "default"],
      ["patch", "namespaces/team-a", "-n", "team-a"],
      ["create", "rolebindings", "-n", "team-a"],
      ["create", "serviceaccounts", "--subresource=token", "-n", "team-a"],
      ["impersonate", "serviceaccounts", "-n", "team-a"],
      ["update", "kustomizations.kustomize.toolkit.fluxcd.io", "--subresource=status", "-n", "team-a"],
      ["list", "secrets", "-A"],
    ];
    for (const args of refused) assert.equal(await can(...args), "no", args.join(" "));
  });

  it("takes a label that is added later, and an alias, for the same", async () => {
    await cluster.namespace("later", {});
    await cluster.patch("/api/v1/namespaces/later", { metadata: { labels: { "toolkit.fluxcd.io/tenant": "flux" } } });
    await cluster.ready("later");
    const account = await cluster.get(core("later", "serviceaccounts", "later"));
    assert.equal(account?.metadata.labels?.["landlord.dev/tenant"], "flux");
  });

  it("sets up a namespace with the longest name there is, and tells its story", async () => {
    const name = "n".repeat(63);
    await cluster.namespace(name);
    await cluster.ready(name);
    await eventually("the story is told", async () => {
      const events = await cluster.list<KubeObject & { reason: string }>(core(name, "events"));
      return events.some(({ reason }) => reason === "TenantReady");
    });
  });

  it("leaves no trace of a dry run", async () => {
    const dryRun = { metadata: { name: "dry", labels: TENANT_LABELS } };
    const created = await cluster.create<Namespace>("/api/v1/namespaces?dryRun=All", dryRun);
    assert.equal(created.metadata.labels?.["landlord.dev/initializing"], "true");
    await cluster.namespace("after-dry"); // set up after it, so that there has been time
    await cluster.ready("after-dry");
    assert.equal(await cluster.get("/api/v1/namespaces/dry"), undefined);
    assert.ok((await landlord.log()).every((line) => line["namespace"] !== "dry"));
  });

  it("leaves unlabelled and platform namespaces alone, and counts what it refuses", async () => {
    await cluster.namespace("plain", {});
    await cluster.patch("/api/v1/namespaces/kube-public", { metadata: { labels: TENANT_LABELS } });
    await eventually("the refusal is counted", async () =>
      /refused_namespaces_total\{cause="platform"\} [1-9]/.test((await landlord.get("/metrics")).text),
    );
    for (const namespace of ["plain", "kube-public"]) {
      const accounts = await cluster.list(core(namespace, "serviceaccounts"));
      assert.ok(accounts.every(({ metadata }) => metadata.name === "default"));
      assert.deepEqual(
        await cluster.list(`${bindings(namespace)}?labelSelector=app.kubernetes.io/managed-by=landlord`),
        [],
      );
      assert.deepEqual(await cluster.list(core(namespace, "secrets")), []);
      const { metadata, status } = (await cluster.get<Namespace>(`/api/v1/namespaces/${namespace}`)) ?? assert.fail();
      assert.equal(metadata.annotations, undefined);
      assert.equal(metadata.labels?.["landlord.dev/initializing"], undefined);
      assert.equal(status?.conditions, undefined);
    }
    await cluster.patch("/api/v1/namespaces/kube-public", { metadata: { labels: { "landlord.dev/tenant": null } } });
  });

  it("puts drift back, and leaves other people's labels", async () => {
    await cluster.patch(bindings("team-a", "team-a-reconciler"), {
      metadata: { labels: { theirs: "kept" } },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "mallory" }],
    });
    const mended = await eventually("the subjects are back", async () => {
      const binding = await cluster.get<RoleBinding>(bindings("team-a", "team-a-reconciler"));
      return binding?.subjects[0]?.name === "team-a" && binding;
    });
    assert.equal(mended.subjects.length, 1);
    assert.equal(mended.metadata.labels?.["theirs"], "kept");
  });

  it("has a token made anew that somebody has replaced", async () => {
    await cluster.patch(core("team-a", "secrets", "team-a-token"), {
      data: { token: Buffer.from("theirs").toString("base64") },
    });
    await eventually("there is a token that works", async () => (await whoami(await tokenOf("team-a"))).code === 0);
  });

  it("makes again what was deleted, and the old token is dead", async () => {
    const old = await tokenOf("team-a");
    await cluster.remove(core("team-a", "serviceaccounts", "team-a"));
    const token = await eventually("there is a new token", async () => {
      const now = await tokenOf("team-a");
      return now !== "" && now !== old && now;
    });
    await eventually("the new token works", async () => (await whoami(token)).code === 0);
    await eventually("the old token is dead", async () => (await whoami(old)).code !== 0);
  });

  it("replaces a RoleBinding whose roleRef is another", async () => {
    const { metadata } = (await cluster.get<RoleBinding>(bindings("team-a", "team-a-reconciler"))) ?? assert.fail();
    await cluster.remove(bindings("team-a", "team-a-reconciler"));
    await eventually("it is made again", () => cluster.get(bindings("team-a", "team-a-reconciler")));
    // Landlord must not be faster with its own than we are with ours: it is away while the change is made
    await landlord.stop();
    await cluster.remove(bindings("team-a", "team-a-reconciler"));
    const { uid: _, resourceVersion: __, ...kept } = metadata;
    await cluster.create(bindings("team-a"), {
      metadata: kept,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [],
    });
    landlord = await startLandlord(world.sandbox, {
      ports: landlord.ports,
      settings: { LANDLORD_TENANT_LABEL_ALIASES: "toolkit.fluxcd.io/tenant", LANDLORD_TOKEN_WAIT: "1s" },
    });
    await eventually("the role is right again", async () => {
      const binding = await cluster.get<RoleBinding>(bindings("team-a", "team-a-reconciler"));
      return binding?.roleRef.name === "landlord-tenant";
    });
  });

  it("does not adopt a foreign object: it reports the conflict and makes nothing after it", async () => {
    await cluster.namespace("taken", {});
    const foreign = await cluster.create<KubeObject>(core("taken", "serviceaccounts"), {
      metadata: { name: "taken", labels: { app: "theirs" } },
    });
    await cluster.patch("/api/v1/namespaces/taken", { metadata: { labels: TENANT_LABELS } });
    const condition = await cluster.reason("taken", "landlord.dev/service-account", "Conflict");
    assert.match(condition.message, /ServiceAccount taken/);
    assert.equal((await cluster.condition("taken", "TenantReady"))?.status, "False");
    assert.deepEqual(await cluster.get(core("taken", "serviceaccounts", "taken")), foreign);
    assert.deepEqual(await cluster.list(core("taken", "secrets")), []);
  });

  it("gates Pods of a namespace that is not ready, lets them go when it is, and leaves other gates", async () => {
    const pod = (name: string, spec: object = {}, annotations = {}) => ({
      metadata: { name, annotations },
      spec: { containers: [{ name: "c", image: "i" }], ...spec },
    });
    interface Pod extends KubeObject {
      spec: { schedulingGates?: { name: string }[] };
    }
    const gates = async (name: string) =>
      ((await cluster.get<Pod>(core("taken", "pods", name)))?.spec.schedulingGates ?? []).map((gate) => gate.name);
    await cluster.create(core("taken", "pods"), pod("plain"));
    await cluster.create(core("taken", "pods"), pod("theirs", { schedulingGates: [{ name: "example.com/theirs" }] }));
    await cluster.create(core("taken", "pods"), pod("placed", { nodeName: "node-1" }));
    assert.deepEqual(await gates("plain"), ["landlord.dev/initializing"]);
    assert.deepEqual(await gates("theirs"), ["example.com/theirs", "landlord.dev/initializing"]);
    assert.deepEqual(await gates("placed"), []);

    await cluster.remove(core("taken", "serviceaccounts", "taken"));
    await cluster.patch("/api/v1/namespaces/taken", { metadata: { annotations: { look: "again" } } });
    await cluster.ready("taken");
    await eventually(
      "the Pods are let go",
      async () => (await gates("plain")).length === 0 && (await gates("theirs")).length === 1,
    );
    assert.deepEqual(await gates("theirs"), ["example.com/theirs"]);
    const { metadata } = (await cluster.get(core("taken", "pods", "plain"))) ?? assert.fail();
    assert.equal(metadata.labels?.["landlord.dev/gated"], undefined);

    await cluster.create(core("taken", "pods"), pod("late"));
    assert.deepEqual(await gates("late"), []);
  });

  it("waits for a token that is late, says so, and goes on when it comes", async () => {
    await world.sandbox.stopControllerManager();
    await cluster.namespace("patient");
    await cluster.reason("patient", "landlord.dev/token-secret", "WaitingForToken");
    const condition = await cluster.reason("patient", "landlord.dev/token-secret", "TokenNotIssued");
    assert.match(condition.message, /kube-controller-manager/);
    await world.sandbox.startControllerManager();
    await cluster.ready("patient");
  });

  it("takes namespaces to ready that were made, and Pods that were left behind, while it was away", async () => {
    await landlord.stop();
    await cluster.namespace("orphan");
    await cluster.create(core("team-a", "pods"), {
      metadata: { name: "left", labels: { "landlord.dev/gated": "true" } },
      spec: { containers: [{ name: "c", image: "i" }], schedulingGates: [{ name: "landlord.dev/initializing" }] },
    });
    landlord = await startLandlord(world.sandbox, { ports: landlord.ports, settings: { LANDLORD_TOKEN_WAIT: "1s" } });
    await cluster.ready("orphan");
    await eventually("the Pod is let go", async () => {
      const pod = await cluster.get<KubeObject & { spec: { schedulingGates?: unknown } }>(
        core("team-a", "pods", "left"),
      );
      return pod?.spec.schedulingGates === undefined;
    });
  });

  it("writes nothing on a second run", async () => {
    const earlier = await landlord.get("/metrics");
    await landlord.stop();
    const reconciled = Number(
      /landlord_reconciles_total\{queue="initializer",outcome="done"\} (\d+)/.exec(earlier.text)?.[1] ?? 0,
    );
    assert.ok(reconciled > 0, earlier.text);
    landlord = await startLandlord(world.sandbox, {
      ports: landlord.ports,
      settings: { LANDLORD_TENANT_LABEL_ALIASES: "toolkit.fluxcd.io/tenant", LANDLORD_TOKEN_WAIT: "1s" },
    });
    const { text } = await eventually("every namespace was looked at", async () => {
      const metrics = await landlord.get("/metrics");
      const done = /landlord_reconciles_total\{queue="initializer",outcome="done"\} (\d+)/.exec(metrics.text)?.[1];
      return Number(done ?? 0) >= 5 && metrics;
    });
    const writes = [
      ...text.matchAll(
        /landlord_kube_requests_total\{verb="(create|apply|patch|replace|delete)",resource="([^"]+)"[^}]*\} (\d+)/g,
      ),
    ]
      .map(([, verb, resource]) => `${verb} ${resource}`)
      .filter((write) => !write.endsWith(" leases"));
    assert.deepEqual(writes, []);
  });

  it("gives a recreated namespace new credentials, and the old ones are dead", async () => {
    await cluster.namespace("phoenix");
    const first = await cluster.ready("phoenix");
    const old = await tokenOf("phoenix");
    assert.equal((await whoami(old)).code, 0);
    await cluster.remove("/api/v1/namespaces/phoenix");
    await eventually("it is gone", async () => (await cluster.get("/api/v1/namespaces/phoenix")) === undefined);
    await eventually("the old token is dead", async () => (await whoami(old)).code !== 0); // kube-apiserver remembers a token for ten seconds
    const { uid } = (await cluster.namespace("phoenix")).metadata;
    const second = await cluster.ready("phoenix");
    assert.notEqual(first.metadata.uid, uid);
    assert.equal(second.metadata.annotations?.["landlord.dev/initialized"], uid);
    const token = await tokenOf("phoenix");
    assert.notEqual(token, old);
    assert.equal((await whoami(token)).code, 0);
    assert.notEqual((await whoami(old)).code, 0);
  });

  it("goes on after the API server was away", async () => {
    await world.sandbox.restartApiserver();
    await cluster.namespace("after-restart");
    await cluster.ready("after-restart");
  });

  it("says what is wrong where a right is missing, and goes on when it is given", async () => {
    const path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/landlord";
    const role = await cluster.get<KubeObject & { rules: { resources: string[] }[] }>(path);
    assert.ok(role);
    await cluster.patch(path, { rules: role.rules.filter(({ resources }) => !resources.includes("rolebindings")) });
    await cluster.namespace("forbidden");
    const condition = await cluster.reason("forbidden", "landlord.dev/role-binding", "Forbidden");
    assert.match(condition.message, /create rolebindings/);
    await cluster.patch(path, { rules: role.rules });
    await cluster.ready("forbidden");
  });
});
