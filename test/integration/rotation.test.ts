// Certificates under load, over real HTTPS and with a clock that is moved: two replicas change authority and leaf a thousand times,
// and no review is lost. The caller behaves as an API server does that is seconds behind: it trusts what `caBundle` said then.
import assert from "node:assert/strict";
import { Agent, request } from "node:https";
import { type TestContext, test } from "node:test";
import { MUTATING_WEBHOOK_CONFIGURATION, SECRET, VALIDATING_WEBHOOK_CONFIGURATION } from "../../src/kube/kinds.ts";
import type { Secret } from "../../src/model/kube-object.ts";
import type { WebhookConfiguration } from "../../src/tls/webhook-trust.ts";
import { startCertificateReplica } from "../helpers/certificate-replica.ts";
import { createTestClock, type TestClock } from "../helpers/clock.ts";
import { createFakeKube, type FakeKube } from "../helpers/kube-fake.ts";
import { streamingClient } from "../helpers/kube-fake-streams.ts";
import { LIVES } from "../helpers/lives.ts";

const ROTATIONS = Number(process.env["ROTATIONS"] ?? 1_000);
/** How far behind the caller is; less than the settling time, more than everything else. */
const BEHIND_MS = 3_000;
/** From one rotation to the next: announced, written, settled, switched. */
const ROTATION_MS = 10_000;
const REF = { namespace: "landlord", name: "certificate" };
const KINDS = [MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION];
const REVIEW = JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: { uid: "1" } });

function putConfigurations(kube: FakeKube): void {
  for (const { kind, apiVersion } of KINDS) {
    const webhooks = [{ name: "landlord.dev", clientConfig: {} }];
    kube.put<WebhookConfiguration>({ apiVersion, kind, metadata: { name: "landlord" }, webhooks });
  }
}

async function startReplica(t: TestContext, { kube, clock }: { kube: FakeKube; clock: TestClock }) {
  const client = streamingClient(kube, [SECRET, ...KINDS]);
  const replica = startCertificateReplica({ client, secret: REF, configuration: "landlord", clock });
  t.after(() => replica.stop());
  await clock.advance(0);
  return { source: replica.source, port: await replica.server.listen() };
}

/** What the configuration said `BEHIND_MS` ago. */
function lateBundle(kube: FakeKube, clock: TestClock): () => string {
  const seen: { at: number; ca: string }[] = [];
  kube.cache<WebhookConfiguration>("ValidatingWebhookConfiguration").subscribe(({ object }) => {
    const { caBundle = "" } = object.webhooks?.[0]?.clientConfig ?? {};
    seen.push({ at: clock.now(), ca: Buffer.from(caBundle, "base64").toString() });
  });
  return () => {
    while (seen[1] !== undefined && seen[1].at <= clock.now() - BEHIND_MS) seen.shift();
    return seen[0]?.ca ?? "";
  };
}

function review(port: number, { ca, agent }: { ca: string; agent: Agent | false }): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const sent = request(
      { host: "127.0.0.1", port, path: "/validate", method: "POST", ca, agent, headers },
      (answer) => {
        answer.resume().on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error("not answered"))));
      },
    );
    sent.on("error", reject);
    sent.end(REVIEW);
  });
}

test(`${ROTATIONS} changes of authority and leaf under load lose no review and close no connection`, async (t) => {
  const kube = createFakeKube();
  // certificates are valid by the real clock, too, which is the caller's, until the end of the run
  const clock = createTestClock(Date.now() - (ROTATIONS + 10) * ROTATION_MS);
  const bundle = lateBundle(kube, clock);
  putConfigurations(kube);
  const replicas = [await startReplica(t, { kube, clock }), await startReplica(t, { kube, clock })];
  await clock.advance(2 * ROTATION_MS);

  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  let opened = 0;
  const connect = kept.createConnection.bind(kept);
  kept.createConnection = (...given) => (opened++, connect(...given));
  t.after(() => kept.destroy());
  const keptBundle = bundle();
  const ports = replicas.map(({ port }) => port);
  const lost: unknown[] = [];
  let answered = 0;
  const load = { done: false };
  for (const port of ports) await review(port, { ca: keptBundle, agent: kept });
  const caller = async (port: number, agent: Agent | false): Promise<void> => {
    while (!load.done) {
      await review(port, { ca: agent ? keptBundle : bundle(), agent }).then(
        () => answered++,
        (error: unknown) => lost.push(error),
      );
    }
  };
  const callers = [...ports, ...ports]
    .map((port) => caller(port, false))
    .concat(ports.map((port) => caller(port, kept)));

  const authorities = new Set<string>();
  const leaves = new Set<string>();
  const emptied: Secret["data"] = { "tls.crt": "", "tls.key": "" };
  for (let rotation = 0; rotation < ROTATIONS; rotation++) {
    const secret = kube.get<Secret>("Secret", REF) ?? assert.fail("there is no Secret");
    if (rotation % 2 === 0) kube.delete("Secret", REF);
    else kube.put<Secret>({ ...secret, data: { ...secret.data, ...emptied } });
    await clock.advance(ROTATION_MS);
    const [one, two] = replicas.map(({ source }) => source.current());
    assert.deepEqual(one, two, `the replicas agree after ${rotation}`);
    authorities.add(one?.ca ?? "");
    leaves.add(one?.certificate ?? "");
  }
  load.done = true;
  await Promise.all(callers);
  t.diagnostic(`${answered} reviews answered, ${lost.length} lost, ${opened} connections kept open`);
  assert.deepEqual(lost.slice(0, 3), []);
  assert.deepEqual([leaves.size, authorities.size], [ROTATIONS, Math.ceil(ROTATIONS / 2)]);
  assert.equal(opened, 2, "one for each replica, from the first review to the last");
  assert.ok(answered > 3 * ROTATIONS, `${answered} reviews`);
});

test("two replicas whose clocks jumped past the end of everything agree on new certificates, which are trusted", async (t) => {
  const kube = createFakeKube();
  const clock = createTestClock(Date.now() - 2 * LIVES.authorityMs);
  putConfigurations(kube);
  const bundle = lateBundle(kube, clock);
  const replicas = [await startReplica(t, { kube, clock }), await startReplica(t, { kube, clock })];
  await clock.advance(2 * ROTATION_MS);
  const old = bundle();
  const ports = replicas.map(({ port }) => port);
  for (const port of ports) await assert.rejects(review(port, { ca: old, agent: false }), { code: "CERT_HAS_EXPIRED" });

  clock.jump(2 * LIVES.authorityMs);
  await clock.advance(5_000);
  const [one, two] = replicas.map(({ source }) => source.current());
  assert.deepEqual(one, two);
  await clock.advance(BEHIND_MS);
  for (const port of ports) await review(port, { ca: bundle(), agent: false });
});
