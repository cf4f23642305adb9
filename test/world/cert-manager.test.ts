// Certificates from cert-manager, as manifests/overlays/cert-manager has it: two replicas serve what it issues, and no call is lost when that changes.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { certificatesIn } from "../../certs/pem.ts";
import { openLoop } from "../../sandbox/open-loop.ts";
import { type Relay, startRelay } from "../../sandbox/relay.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import type { WebhookConfiguration } from "../../src/tls/webhook-trust.ts";
import { certManagerOf, type Issued, type Replica, startReplica } from "../helpers/cert-manager.ts";
import { clusterOf, decoded } from "../helpers/cluster.ts";
import { eventually } from "../helpers/eventually.ts";
import { fromSource, kustomization } from "../helpers/kustomizations.ts";
import { sandboxOrSkip, useSandbox } from "../helpers/sandbox.ts";

const OPTIONS = { with: ["cert-manager"], crds: ["flux"] } as const;
const { skip } = await sandboxOrSkip(OPTIONS);

const LEAF = "landlord-webhooks";
const AUTHORITY = "landlord-authority";
/** The Secret's second node is that much behind the first. */
const LAG_MS = 3_000;
/** More at once than the API server keeps connections open for: some of each lot are new, and see the certificate of the moment. */
const AT_ONCE = 30;
const KINDS = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
const HOME = { serviceAccountName: "team-a", targetNamespace: "team-a", ...fromSource("app") };

const ANNOTATED = { metadata: { annotations: { "cert-manager.io/inject-ca-from": `landlord/${LEAF}` } } };

interface Configuration extends WebhookConfiguration {
  metadata: KubeObject["metadata"] & { managedFields?: { manager: string }[] };
}

const isCainjector = ({ manager }: { manager: string }): boolean => manager === "cert-manager-cainjector";

describe("certificates from cert-manager", { skip }, () => {
  let service: Relay | undefined;
  const replicas: Replica[] = [];
  const callers = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  // before the sandbox goes: hooks run in the order in which they are named
  after(async () => {
    callers.destroy();
    await service?.close();
    await Promise.all(replicas.flatMap(({ landlord, volume }) => [landlord.stop(), volume.stop()]));
  });
  const world = useSandbox(OPTIONS);
  const cluster = clusterOf(() => world.sandbox);
  const certManager = certManagerOf(cluster);

  before(async () => {
    service = await startRelay([]);
    const { port } = service;
    for (const [name, lagMs] of [["one", 0] as const, ["two", LAG_MS] as const])
      replicas.push(await startReplica(world.sandbox, cluster, { name, servicePort: port, lagMs }));
    service.setBackends(replicas.map(({ landlord }) => landlord.ports.webhooks));
  });
  const configurations = (): Promise<Configuration[]> =>
    Promise.all(
      KINDS.map(async (kind) => {
        const path = `/apis/admissionregistration.k8s.io/v1/${kind}/landlord`;
        return (await cluster.get<Configuration>(path)) ?? assert.fail(`there are no ${kind}`);
      }),
    );
  /** The authorities of each webhook, whatever their order; one entry where all have the same. */
  const trusted = async (): Promise<string[][]> => {
    const all = (await configurations()).flatMap(({ webhooks = [] }) => webhooks);
    const sorted = all.map(({ clientConfig }) => certificatesIn(decoded(clientConfig.caBundle)).toSorted().join(""));
    return [...new Set(sorted)].map(certificatesIn);
  };
  const served = async (): Promise<(string | undefined)[]> =>
    Promise.all(replicas.map(({ landlord }) => servedBy(landlord.ports.webhooks)));
  const isServed =
    ({ certificate }: Issued) =>
    async (): Promise<boolean> =>
      (await served()).every((found) => found === fingerprint(certificate));
  const isTrusted = (ca: string) => async (): Promise<boolean> => (await trusted()).every((all) => all.includes(ca));
  const pids = (): unknown[] => replicas.map(({ landlord }) => landlord.process.pid);

  /** Lots of creates all the while that `change` takes, and a second longer. */
  async function underLoad(change: () => Promise<void>): Promise<{ calls: number; lost: string[] }> {
    const changed = new AbortController();
    const lot = async (): Promise<string[]> => {
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => attempt("load", HOME)));
      return answers.filter(({ status }) => status !== 201).map((answer) => answer.text);
    };
    const load = openLoop(lot, { perSecond: 2, seconds: 60, signal: changed.signal });
    await change()
      .then(() => sleep(1_000))
      .finally(() => changed.abort());
    const lots = await load;
    return { calls: lots.length * AT_ONCE, lost: lots.flat() };
  }

  /** A dry run, over kept connections. */
  function attempt(name: string, spec: object): Promise<{ status: number; text: string }> {
    const { server, ca, adminToken } = world.sandbox;
    const headers = { authorization: `Bearer ${adminToken}`, "content-type": "application/json" };
    return new Promise((resolve, reject) => {
      const path = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/team-a/kustomizations?dryRun=All";
      const sent = request(new URL(path, server), { method: "POST", agent: callers, ca, headers }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
      });
      sent.on("error", reject);
      sent.end(JSON.stringify(kustomization("team-a", name, spec)));
    });
  }

  it("are issued by the overlay, and served", async () => {
    const issued = await certManager.ready(LEAF);
    await eventually("both serve it", isServed(issued), 5_000);
    assert.deepEqual(await trusted(), [[(await certManager.ready(AUTHORITY)).certificate]]);
  });

  it("let the API server ask", async () => {
    await cluster.namespace("team-a");
    await cluster.ready("team-a");
    const { code } = await world.sandbox.kubectl([
      "create",
      "clusterrolebinding",
      "writers",
      "--clusterrole=landlord-tenant",
      "--user=developer",
    ]);
    assert.equal(code, 0);
    const input = JSON.stringify(kustomization("team-a", "out", { ...HOME, targetNamespace: "kube-system" }));
    const { stderr } = await world.sandbox.kubectl(["apply", "-f", "-"], { input, user: "developer" });
    assert.match(stderr, /K2 spec\.targetNamespace/);
    assert.equal((await attempt("good", HOME)).status, 201);
  });

  for (const [how, change] of [
    ["is renewed", () => certManager.renew(LEAF)],
    ["is made anew because somebody deleted its Secret", () => certManager.remake(LEAF)],
  ] as const) {
    it(`lose no call when one ${how}`, async (t) => {
      const running = pids();
      const authorities = await trusted();
      const { calls, lost } = await underLoad(async () => {
        const issued = await change();
        const started = performance.now();
        await eventually("both serve it", isServed(issued));
        t.diagnostic(`served by both after ${Math.round(performance.now() - started)} ms`);
      });
      t.diagnostic(`${calls} calls, ${lost.length} lost`);
      assert.deepEqual(lost.slice(0, 3), []);
      assert.deepEqual([pids(), await trusted()], [running, authorities]);
    });
  }

  it("lose no call when the authority is renewed, which signs with the next certificate", async (t) => {
    const [[old = ""] = []] = await trusted();
    const former = await certManager.ready(LEAF);
    const { calls, lost } = await underLoad(async () => {
      const { certificate: next } = await certManager.renew(AUTHORITY);
      await sleep(2_000);
      assert.deepEqual(await certManager.issued(LEAF), former);
      const issued = await certManager.renew(LEAF);
      assert.equal(issued.ca, next);
      const started = performance.now();
      const since = (): number => Math.round(performance.now() - started);
      const firstServed = async (): Promise<boolean> => (await served()).includes(fingerprint(issued.certificate));
      const [announced, first] = await Promise.all([
        eventually("it is trusted", isTrusted(next)).then(since),
        eventually("one serves it", firstServed).then(since),
      ]);
      await eventually("both serve it", isServed(issued));
      t.diagnostic(`trusted after ${announced} ms, served by one after ${first} ms, by both after ${since()} ms`);
      assert.ok(first - announced > 4_000, "every API server hears of an authority before it is served");
      assert.deepEqual(await trusted(), [[old, next].toSorted()]);
    });
    t.diagnostic(`${calls} calls, ${lost.length} lost`);
    assert.deepEqual(lost.slice(0, 3), []);
  });

  it("are trusted all the same where the cainjector is told to see to it, too", async () => {
    for (const kind of KINDS) await cluster.patch(`/apis/admissionregistration.k8s.io/v1/${kind}/landlord`, ANNOTATED);
    const [until = []] = await trusted();
    const { lost } = await underLoad(async () => {
      const { certificate: next } = await certManager.renew(AUTHORITY);
      const issued = await certManager.renew(LEAF);
      await eventually("both serve it", isServed(issued));
      assert.deepEqual(await trusted(), [[...until, next].toSorted()]);
      await eventually("the cainjector has been there", async () =>
        (await configurations()).every(({ metadata }) => metadata.managedFields?.some(isCainjector)),
      );
    });
    assert.deepEqual(lost.slice(0, 3), []);
    const generations = async () => (await configurations()).map(({ metadata }) => metadata.generation);
    const settled = await generations();
    await sleep(3_000);
    assert.deepEqual(await generations(), settled, "nobody undoes the other's work");
  });

  it("are kept when the files do not belong together", async () => {
    const [one] = replicas;
    const [issued, other] = [await certManager.ready(LEAF), await certManager.ready(AUTHORITY)];
    await one?.volume.show({ "tls.crt": issued.certificate, "tls.key": other.key, "ca.crt": issued.ca });
    const refused = await eventually("it is refused", async () =>
      (await one?.landlord.log())?.find(({ message }) => /certificate files refused/.test(String(message))),
    );
    assert.equal(refused["reason"], "key does not match certificate");
    assert.ok(await isServed(issued)());
    assert.equal((await attempt("good", HOME)).status, 201);
  });
});

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** The fingerprint of what a door shows. */
function servedBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, servername: "landlord.landlord.svc", rejectUnauthorized: false });
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
      socket.destroy();
    });
  });
}
