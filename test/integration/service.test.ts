// The service as a process: what its doors answer, how it starts without what it needs, how it ends, and two of them at once.
import assert from "node:assert/strict";
import { request } from "node:https";
import { describe, it } from "node:test";
import { type RunningLandlord, startLandlord } from "../../sandbox/landlord.ts";
import { applyManifests } from "../../sandbox/manifests.ts";
import type { KubeObject, Secret } from "../../src/model/kube-object.ts";
import { clusterOf, decoded } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();

describe("the service", { skip }, () => {
  const world = useSandbox();
  const cluster = clusterOf(() => world.sandbox);
  let landlord: RunningLandlord;

  const failing = async (): Promise<string[]> => {
    const { status, text } = await landlord.get("/readyz");
    return status === 200 ? [] : (JSON.parse(text) as { failed: { name: string }[] }).failed.map(({ name }) => name);
  };
  const configurations = (kind: string): string =>
    `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/landlord`;
  const certificate = () => cluster.get<Secret>("/api/v1/namespaces/landlord/secrets/landlord-webhook-certificate");

  async function post(
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = { "content-type": "application/json" },
  ): Promise<{ status: number; text: string }> {
    const ca = decoded((await certificate())?.data?.["ca.crt"]);
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: "127.0.0.1", port: landlord.ports.webhooks, path, method: "POST", ca, headers, agent: false },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => void (text += chunk.toString()));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  it("is live but not ready while it is not trusted, and says what is missing", async () => {
    landlord = await startLandlord(world.sandbox, { waitForReady: false });
    await eventually("it is ready", async () => (await failing()).length === 0);
    await cluster.remove(configurations("mutating"));
    assert.deepEqual(
      await eventually("it is not", async () => ((await failing()).length > 0 ? failing() : undefined)),
      ["webhook configurations"],
    );
    assert.equal((await landlord.get("/livez")).status, 200);
    await applyManifests(world.sandbox, { webhookPort: landlord.ports.webhooks });
    await eventually("it is ready again", async () => (await failing()).length === 0);
  });

  it("puts back a caBundle that was emptied or is foreign", async () => {
    for (const caBundle of [
      "",
      Buffer.from("-----BEGIN CERTIFICATE-----\nforeign\n-----END CERTIFICATE-----\n").toString("base64"),
    ]) {
      const path = configurations("validating");
      const found = await cluster.get<KubeObject & { webhooks: { clientConfig: { caBundle?: string } }[] }>(path);
      const webhooks = found?.webhooks.map((webhook) => ({
        ...webhook,
        clientConfig: { ...webhook.clientConfig, caBundle },
      }));
      await world.sandbox.api.call({
        method: "PATCH",
        path,
        body: { webhooks },
        contentType: "application/merge-patch+json",
      });
      await eventually("it is right again", async () => (await failing()).length === 0);
    }
  });

  const REVIEW = {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "u-1",
      kind: { group: "kustomize.toolkit.fluxcd.io", version: "v1", kind: "Kustomization" },
      resource: { group: "kustomize.toolkit.fluxcd.io", version: "v1", resource: "kustomizations" },
      name: "app",
      namespace: "nobodys",
      operation: "CREATE",
      userInfo: { username: "developer", groups: [] },
      object: {
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: { name: "app", namespace: "nobodys" },
        spec: {},
      },
    },
  };
  const without = (key: string) => ({
    ...REVIEW,
    request: Object.fromEntries(Object.entries(REVIEW.request).filter(([name]) => name !== key)),
  });
  const refused: [string, string | Buffer, number][] = [
    ["an empty body", "", 400],
    ["no JSON", "{", 400],
    ["a list", "[]", 400],
    ["v1beta1", JSON.stringify({ ...REVIEW, apiVersion: "admission.k8s.io/v1beta1" }), 400],
    ["no request", JSON.stringify({ ...REVIEW, request: undefined }), 400],
    ["no uid", JSON.stringify(without("uid")), 400],
    ["an unknown operation", JSON.stringify({ ...REVIEW, request: { ...REVIEW.request, operation: "EXPLODE" } }), 400],
    [
      "deep nesting",
      `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
      400,
    ],
    ["8 MiB", Buffer.alloc(8 * 1024 * 1024, "x"), 413],
  ];
  for (const path of ["/validate", "/mutate"]) {
    for (const [what, body, status] of refused) {
      it(`answers ${path} with ${status} to ${what}, in words`, async () => {
        const answer = await post(path, body);
        assert.equal(answer.status, status, answer.text);
        assert.ok(answer.text.length > 10 && answer.text.length < 500, answer.text);
      });
    }
  }

  it("denies a request without object, and one with poisoned keys, and goes on", async () => {
    const poisoned = JSON.stringify(REVIEW).replace(
      '"spec":{}',
      '"spec":{"__proto__":{"serviceAccountName":"nobodys"},"constructor":{}}',
    );
    for (const body of [JSON.stringify(without("object")), poisoned, JSON.stringify(REVIEW)]) {
      const { status, text } = await post("/validate", body);
      assert.equal(status, 200);
      const { response } = JSON.parse(text) as { response: { uid: string; allowed: boolean } };
      assert.equal(response.uid, "u-1");
      assert.equal(response.allowed, false);
    }
    assert.equal((await landlord.get("/livez")).status, 200);
  });

  it("takes no other content type, path or method", async () => {
    assert.equal((await post("/validate", JSON.stringify(REVIEW), { "content-type": "text/plain" })).status, 415);
    assert.equal((await post("/other", JSON.stringify(REVIEW))).status, 404);
    assert.equal((await landlord.get("/validate")).status, 404);
  });

  it("shares its certificate with a second replica, and only one of them leads", async () => {
    const before = (await certificate())?.data?.["tls.crt"];
    const second = await startLandlord(world.sandbox, { name: "second" });
    // the manifests now point at the second one's port, which presents what the first one has made
    assert.equal((await certificate())?.data?.["tls.crt"], before);
    const leads = async (replica: RunningLandlord): Promise<boolean> =>
      /^landlord_leader 1$/m.test((await replica.get("/metrics")).text);
    assert.deepEqual([await leads(landlord), await leads(second)], [true, false]);
    await landlord.stop();
    await eventually("the second one leads", () => leads(second), 10_000);
    await cluster.namespace("taken-over");
    await cluster.ready("taken-over");
    landlord = second;
  });

  it("leaves the Lease free and ends with code 0 when it is told to stop", async () => {
    await landlord.stop();
    const lease = await cluster.get<KubeObject & { spec: { holderIdentity?: string } }>(
      "/apis/coordination.k8s.io/v1/namespaces/landlord/leases/landlord",
    );
    assert.equal(lease?.spec.holderIdentity ?? "", "");
    const messages = (await landlord.log()).map(({ message }) => message);
    assert.deepEqual(
      messages.filter((message) => message === "stopping" || message === "stopped"),
      ["stopping", "stopped"],
    );
    assert.ok(!messages.includes("part did not stop as it should"));
  });

  it("runs each of its roles alone: one marks, the other sets up", async () => {
    const { ports } = landlord;
    const alone = async (role: string): Promise<RunningLandlord> =>
      (landlord = await startLandlord(world.sandbox, { ports, name: role, settings: { LANDLORD_ROLES: role } }));
    const webhooks = await alone("webhooks");
    const marked = await cluster.namespace("in-two-steps");
    assert.equal(marked.metadata.labels?.["landlord.dev/initializing"], "true");
    await webhooks.stop();
    assert.equal(await cluster.get("/api/v1/namespaces/in-two-steps/serviceaccounts/in-two-steps"), undefined);
    const initializer = await alone("initializer");
    await cluster.ready("in-two-steps");
    await initializer.stop();
  });

  it("waits for an API server that is away when it starts, and then does its work", async () => {
    const { ports } = landlord;
    const started = startLandlord(world.sandbox, {
      ports,
      waitForReady: false,
      name: "third",
      beforeStart: () => world.sandbox.stopApiserver(),
    });
    landlord = await started;
    const names = await failing();
    assert.ok(names.includes("namespaces"), names.join(", "));
    await world.sandbox.startApiserver();
    await eventually("it is ready", async () => (await failing()).length === 0, 60_000);
    await cluster.namespace("patience");
    await cluster.ready("patience");
  });

  it("never writes a secret into its log", async () => {
    const secrets = await cluster.list<Secret>("/api/v1/secrets");
    const text = JSON.stringify(await landlord.log()) + (await landlord.get("/metrics")).text;
    const values = secrets.flatMap(({ data = {} }) =>
      Object.entries(data)
        .filter(([key]) => /token|key/.test(key))
        .map(([, value]) => value),
    );
    assert.ok(values.length > 1);
    for (const value of values) {
      for (const form of [value, decoded(value).trim()]) assert.ok(!text.includes(form.slice(0, 200)));
    }
  });
});
