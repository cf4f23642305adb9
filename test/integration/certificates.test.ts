// Certificates against a real kube-apiserver: it trusts what is served, calls over HTTP/1.1, and loses no call when the authority changes.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { TLSSocket } from "node:tls";
import { createAuthority } from "../../certs/authority.ts";
import { issueLeaf } from "../../certs/leaf.ts";
import { createClient, type KubeClient } from "../../src/kube/client.ts";
import { kubeconfigCredentials } from "../../src/kube/credentials.ts";
import { KubeError } from "../../src/kube/errors.ts";
import { MUTATING_WEBHOOK_CONFIGURATION, SECRET, VALIDATING_WEBHOOK_CONFIGURATION } from "../../src/kube/kinds.ts";
import { createTransport, type Transport } from "../../src/kube/transport.ts";
import { createMetrics } from "../../src/metrics.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { Secret } from "../../src/model/kube-object.ts";
import type { WebhookConfiguration } from "../../src/tls/webhook-trust.ts";
import { type CertificateReplica, startCertificateReplica } from "../helpers/certificate-replica.ts";
import { eventually } from "../helpers/eventually.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const { skip } = await sandboxOrSkip();

const KINDS = [MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION];
const SECRET_REF = { namespace: "default", name: "certificate" };
const NAME = "certificates-test";

describe("certificates on a real apiserver", { skip }, () => {
  const world = useSandbox();
  const called: string[] = [];
  const protocols = new Set<string>();
  let transport: Transport;
  let client: KubeClient;
  /** The API server asks the first to mutate and the second to validate. */
  let replicas: [CertificateReplica, CertificateReplica];

  const replica = (): CertificateReplica =>
    startCertificateReplica({
      client,
      secret: SECRET_REF,
      configuration: NAME,
      clock: systemClock,
      called: (webhook) => called.push(webhook),
      wrap: (app) => (request, response) => {
        response.setHeader("connection", "close"); // kept connections would hide that new ones fail
        protocols.add(`HTTP/${request.httpVersion} ${String((request.socket as TLSSocket).alpnProtocol)}`);
        app(request, response);
      },
    });

  before(async () => {
    const credentials = await kubeconfigCredentials({ path: world.sandbox.kubeconfig() });
    transport = createTransport({ credentials, metrics: createMetrics(), clock: systemClock });
    client = createClient(transport);
    replicas = [replica(), replica()];
  });
  after(async () => {
    await Promise.all(replicas.map((each) => each.stop()));
    await transport.close();
  });

  const served = (): string => replicas[0].source.current()?.ca ?? "";
  const agree = (): boolean => {
    const [one, two] = replicas.map(({ source }) => source.current());
    return (
      one !== undefined && one.certificate === two?.certificate && one.ca === two.ca && one.besides === two.besides
    );
  };
  const trusted = (): boolean => agree() && replicas.every(({ caBundle }) => caBundle.trusted());

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
  const letThrough = (name: string): Promise<unknown> =>
    eventually(`ConfigMap ${name} is let through`, async () => {
      called.length = 0;
      await dryRun(name).catch((error: unknown) => error instanceof KubeError && error.status === 500);
      return called.toSorted().join() === "mutate,mutate,validate,validate";
    });
  const dryRun = (name: string): Promise<unknown> =>
    world.sandbox.api
      .call({
        method: "POST",
        path: "/api/v1/namespaces/default/configmaps?dryRun=All",
        body: { metadata: { name, labels: { certificates: "test" } } },
      })
      .then(({ status, text }) => status === 201 || Promise.reject(new Error(text)));

  /** Four callers at once, all the while that `change` takes and a little longer; how many calls there were, and those that failed. */
  async function underLoad(change: () => Promise<unknown>): Promise<{ calls: number; lost: unknown[] }> {
    const outcome = { calls: 0, lost: [] as unknown[] };
    const load = { done: false };
    const caller = async (): Promise<void> => {
      for (let grace = 30; !load.done || grace > 0; grace -= load.done ? 1 : 0) {
        outcome.calls++;
        await dryRun("load").catch((error: unknown) => outcome.lost.push(error));
      }
    };
    const callers = Array.from({ length: 4 }, caller);
    await change().finally(() => (load.done = true));
    await Promise.all(callers);
    return outcome;
  }

  it("agrees on one authority within five seconds when two replicas start at once", async (t) => {
    const started = performance.now();
    await eventually("they agree", agree, 5_000);
    t.diagnostic(`after ${Math.round(performance.now() - started)} ms`);
    const { type } = await client.get<Secret>(SECRET, SECRET_REF);
    assert.equal(type, "kubernetes.io/tls");
  });

  it("is called once its configurations trust it, over HTTP/1.1", async () => {
    const ports = await Promise.all(replicas.map(({ server }) => server.listen()));
    assert.equal(trusted(), false);
    for (const [index, kind] of KINDS.entries()) await client.create(kind, configuration(kind, ports[index] ?? 0));
    await eventually("it is trusted", trusted);
    await letThrough("first");
    assert.deepEqual([...protocols], ["HTTP/1.1 http/1.1"]);
  });

  it("leaves everything but caBundle as it was", async () => {
    for (const [at, kind] of KINDS.entries()) {
      const found = await client.get<WebhookConfiguration>(kind, { name: NAME });
      const wanted = configuration(kind, replicas[at]?.server.port() ?? 0);
      for (const [index, { clientConfig }] of (wanted.webhooks ?? []).entries()) {
        const { caBundle: written, ...rest } = found.webhooks?.[index]?.clientConfig ?? {};
        assert.deepEqual(rest, clientConfig);
        assert.equal(Buffer.from(written ?? "", "base64").toString(), served());
      }
    }
  });

  it("puts back a bundle that somebody took out, and an Event says so", async () => {
    assert.deepEqual(await told("CaBundlePutBack"), []);
    await client.patch(KINDS[1]!, { name: NAME }, { type: "json", body: [emptied(0), emptied(1)] });
    await eventually("it is back", async () => {
      const { webhooks = [] } = await client.get<WebhookConfiguration>(KINDS[1]!, { name: NAME });
      return webhooks.every(({ clientConfig }) => clientConfig.caBundle !== undefined) && trusted();
    });
    await letThrough("second");
    const message = `caBundle of ValidatingWebhookConfiguration ${NAME} was changed by somebody and put back`;
    assert.deepEqual(await told("CaBundlePutBack"), [`Namespace default ${message}`]);
  });

  it("moves to a new authority under load when its Secret is deleted, and loses no call", async (t) => {
    const old = served();
    const { calls, lost } = await underLoad(async () => {
      const started = performance.now();
      await client.remove(SECRET, SECRET_REF);
      await eventually("the replicas know the next one", () => agree() && replicas[0].source.current()?.besides, 5_000);
      t.diagnostic(`replicas agreed after ${Math.round(performance.now() - started)} ms`);
      await eventually("another one signs", () => served() !== old && agree());
    });
    t.diagnostic(`${calls} calls, ${lost.length} lost`);
    assert.deepEqual(lost, []);
    assert.equal(replicas[0].source.current()?.besides, old);
    assert.ok(replicas.every(({ caBundle }) => caBundle.trusted()));
  });

  it("renews the leaf under load, and loses no call", async () => {
    const old = replicas[0].source.current();
    const { lost } = await underLoad(async () => {
      const secret = await client.get<Secret>(SECRET, SECRET_REF);
      await client.replace(SECRET, { ...secret, data: { ...secret.data, "tls.crt": "", "tls.key": "" } });
      await eventually(
        "there is another",
        () => agree() && replicas[1].source.current()?.certificate !== old?.certificate,
      );
    });
    assert.deepEqual(lost, []);
    assert.equal(served(), old?.ca);
  });

  it("puts back what somebody destroyed in its Secret, and says so in log and Event", async () => {
    const old = served();
    const said = warnings();
    const secret = await client.get<Secret>(SECRET, SECRET_REF);
    const data = { ...secret.data, "ca.key": base64("nonsense"), note: "a2VlcA==" };
    const { lost } = await underLoad(async () => {
      await client.replace(SECRET, { ...secret, data });
      await eventually("it is right again", async () => {
        const { data: kept = {} } = await client.get<Secret>(SECRET, SECRET_REF);
        assert.equal(kept["note"], "a2VlcA==");
        return kept["ca.key"] === secret.data?.["ca.key"];
      });
    });
    assert.deepEqual([lost, served()], [[], old]);
    assert.equal(warnings(), said + 1);
    const replaced = "Secret certificate certificates were missing or unusable and have been replaced";
    assert.deepEqual(await told("CertificateReplaced"), [
      `${replaced}: authority is unreadable`,
      `${replaced}: certificate is unreadable`,
      `${replaced}: there are none`,
    ]);
  });

  it("moves in due order to a foreign authority that is put into its Secret, and loses no call", async () => {
    const foreign = createAuthority({ commonName: "restored from a backup", now: Date.now() });
    const leaf = issueLeaf(foreign, { names: ["127.0.0.1"], now: Date.now() });
    const texts = {
      "ca.crt": foreign.certificate,
      "ca.key": foreign.key,
      "tls.crt": leaf.certificate,
      "tls.key": leaf.key,
    };
    const data = Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, base64(text)]));
    const { lost } = await underLoad(async () => {
      const secret = await client.get<Secret>(SECRET, SECRET_REF);
      await client.replace(SECRET, { ...secret, data });
      await eventually("it signs", () => served() === foreign.certificate && agree());
    });
    assert.deepEqual(lost, []);
    const reason = "authority is not the one that is served";
    assert.ok((await told("CertificateReplaced")).some((line) => line.endsWith(reason)));
  });

  /** What Events with that reason say, and of what. */
  async function told(reason: string): Promise<string[]> {
    await Promise.all(replicas.map((each) => each.flush()));
    const { stdout } = await world.sandbox.kubectl(["get", "events", "-n", "default", "-o", "json"]);
    const { items } = JSON.parse(stdout) as {
      items: { reason: string; message: string; involvedObject: { kind: string; name: string } }[];
    };
    const lines = items
      .filter((event) => event.reason === reason)
      .map(({ involvedObject: { kind, name }, message }) => `${kind} ${name} ${message}`);
    return [...new Set(lines)].toSorted();
  }

  const warnings = (): number =>
    replicas.flatMap(({ lines }) => lines).filter(({ message }) => message === "unusable certificates replaced").length;
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const emptied = (index: number) => ({ op: "remove", path: `/webhooks/${index}/clientConfig/caBundle` });
