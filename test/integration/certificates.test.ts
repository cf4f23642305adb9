// Certificates against a real kube-apiserver: it trusts what is served, follows a new authority, and calls over HTTP/1.1.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createManagedSource, type ManagedSource } from "../../certs/managed.ts";
import { createHttpsServer, type HttpServer } from "../../src/http/server.ts";
import { createWebhookApp, type WebhookHandler } from "../../src/http/webhooks.ts";
import { createClient, type KubeClient } from "../../src/kube/client.ts";
import { kubeconfigCredentials } from "../../src/kube/credentials.ts";
import { KubeError } from "../../src/kube/errors.ts";
import { MUTATING_WEBHOOK_CONFIGURATION, SECRET, VALIDATING_WEBHOOK_CONFIGURATION } from "../../src/kube/kinds.ts";
import { createTransport, type Transport } from "../../src/kube/transport.ts";
import { createMetrics } from "../../src/metrics.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { Secret } from "../../src/model/kube-object.ts";
import { type CaBundle, createCaBundle } from "../../src/tls/ca-bundle.ts";
import { createSecretStore } from "../../src/tls/secret-store.ts";
import type { WebhookConfiguration } from "../../src/tls/webhook-trust.ts";
import { eventually } from "../helpers/eventually.ts";
import { createTestLog } from "../helpers/log.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();

const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const KINDS = [MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION];
const SECRET_REF = { namespace: "default", name: "certificate" };
const NAME = "certificates-test";

describe("certificates on a real apiserver", { skip }, () => {
  const world = useSandbox();
  const stop = new AbortController();
  const metrics = createMetrics();
  const { log } = createTestLog();
  const called: string[] = [];
  const protocols = new Set<string>();
  let transport: Transport;
  let client: KubeClient;
  let source: ManagedSource;
  let server: HttpServer;
  let caBundle: CaBundle;
  let running: Promise<void>;

  const replica = (): ManagedSource =>
    createManagedSource({
      store: createSecretStore({ client, ...SECRET_REF }),
      names: ["127.0.0.1"],
      clock: systemClock,
      log,
    });
  const allow =
    (name: string): WebhookHandler =>
    (body) => {
      called.push(name);
      const { request } = JSON.parse(body.toString()) as { request: { uid: string } };
      const response = { uid: request.uid, allowed: true };
      return {
        status: 200,
        body: JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response }),
      };
    };

  before(async () => {
    const credentials = await kubeconfigCredentials({ path: world.sandbox.kubeconfig() });
    transport = createTransport({ credentials, metrics, clock: systemClock });
    client = createClient(transport);
    source = replica();
    const app = createWebhookApp({ mutate: allow("mutate"), validate: allow("validate"), log });
    server = createHttpsServer({
      source,
      handler: (request, response) => {
        const { alpnProtocol } = request.socket as { alpnProtocol?: string | false };
        protocols.add(`HTTP/${request.httpVersion} ${String(alpnProtocol)}`);
        app(request, response);
      },
      host: "127.0.0.1",
      port: 0,
      clock: systemClock,
      log,
    });
    caBundle = createCaBundle({
      client,
      source,
      refresh: () => source.refresh(),
      names: { mutating: NAME, validating: NAME },
      clock: systemClock,
      log,
      metrics,
    });
    running = caBundle.run(stop.signal);
  });
  after(async () => {
    stop.abort();
    await running;
    await server.close(0);
    await transport.close();
  });

  const configuration = (kind: (typeof KINDS)[number], port: number): WebhookConfiguration => {
    const path = kind === MUTATING_WEBHOOK_CONFIGURATION ? "mutate" : "validate";
    const webhook = (name: string) => ({
      name: `${name}.landlord.dev`,
      clientConfig: { url: `https://127.0.0.1:${port}/${path}` },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["CREATE"] }],
      objectSelector: { matchLabels: { certificates: "test" } },
      failurePolicy: "Fail",
      sideEffects: "None",
      timeoutSeconds: 5,
      admissionReviewVersions: ["v1"],
    });
    const { apiVersion } = kind;
    return { apiVersion, kind: kind.kind, metadata: { name: NAME }, webhooks: [webhook("one"), webhook("two")] };
  };
  /** A ConfigMap that both webhooks were asked about. A changed configuration takes the apiserver a moment. */
  const letThrough = async (name: string): Promise<void> => {
    const metadata = { namespace: "default", name, labels: { certificates: "test" } };
    await eventually(`ConfigMap ${name} is let through`, async () => {
      called.length = 0;
      return await client
        .create(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata })
        .catch((error: unknown) => error instanceof KubeError && error.status !== 500 && Promise.reject(error));
    });
    assert.deepEqual(called.toSorted(), ["mutate", "mutate", "validate", "validate"]);
  };

  it("agrees on one authority however many replicas start at once", async () => {
    const others = [replica(), replica(), replica()];
    await Promise.all([source, ...others].map((each) => each.refresh()));
    for (const other of others) assert.deepEqual(other.current(), source.current());
    const { type } = await client.get<Secret>(SECRET, SECRET_REF);
    assert.equal(type, "kubernetes.io/tls");
  });

  it("is called once its configurations trust it, over HTTP/1.1", async () => {
    const port = await server.listen();
    assert.equal(caBundle.trusted(), false);
    for (const kind of KINDS) await client.create(kind, configuration(kind, port));
    await eventually("it is trusted", () => caBundle.trusted());
    await letThrough("first");
    assert.deepEqual([...protocols], ["HTTP/1.1 http/1.1"]);
  });

  it("leaves everything but caBundle as it was", async () => {
    for (const kind of KINDS) {
      const found = await client.get<WebhookConfiguration>(kind, { name: NAME });
      const wanted = configuration(kind, server.port() ?? 0);
      for (const [index, { clientConfig }] of (wanted.webhooks ?? []).entries()) {
        const { caBundle: written, ...rest } = found.webhooks?.[index]?.clientConfig ?? {};
        assert.deepEqual(rest, clientConfig);
        assert.equal(Buffer.from(written ?? "", "base64").toString(), source.current()?.ca);
      }
    }
  });

  it("puts back a bundle that somebody took out", async () => {
    await client.patch(KINDS[1]!, { name: NAME }, { type: "json", body: [emptied(0), emptied(1)] });
    await eventually("it is back", async () => {
      const { webhooks = [] } = await client.get<WebhookConfiguration>(KINDS[1]!, { name: NAME });
      return webhooks.every(({ clientConfig }) => clientConfig.caBundle !== undefined) && caBundle.trusted();
    });
  });

  it("moves to a new authority when its Secret is deleted, and is called again", async () => {
    const old = source.current();
    await client.remove(SECRET, SECRET_REF);
    await source.refresh();
    assert.notEqual(source.current()?.ca, old?.ca);
    await eventually("it is trusted", () => caBundle.trusted());
    await letThrough("second");
  });

  it("replaces what somebody wrote into its Secret", async () => {
    const secret = await client.get<Secret>(SECRET, SECRET_REF);
    const data = { ...secret.data, "ca.key": Buffer.from("nonsense").toString("base64"), note: "a2VlcA==" };
    await client.replace(SECRET, { ...secret, data });
    await source.refresh();
    const { data: kept = {} } = await client.get<Secret>(SECRET, SECRET_REF);
    assert.equal(kept["note"], "a2VlcA==");
    assert.equal(Buffer.from(kept["ca.crt"] ?? "", "base64").toString(), source.current()?.ca);
    await letThrough("third");
  });
});

const emptied = (index: number) => ({ op: "remove", path: `/webhooks/${index}/clientConfig/caBundle` });
