import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createAuthority } from "../../../certs/authority.ts";
import type { ServingCertificate } from "../../../certs/source.ts";
import { KubeError } from "../../../src/kube/errors.ts";
import { MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION } from "../../../src/kube/kinds.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createCaBundle } from "../../../src/tls/ca-bundle.ts";
import type { WebhookConfiguration } from "../../../src/tls/webhook-trust.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { streamingClient } from "../../helpers/kube-fake-streams.ts";
import { createTestLog } from "../../helpers/log.ts";

const MUTATING = "MutatingWebhookConfiguration";
const VALIDATING = "ValidatingWebhookConfiguration";
const REF = { name: "landlord" };
const KINDS = [MUTATING_WEBHOOK_CONFIGURATION, VALIDATING_WEBHOOK_CONFIGURATION];
const authority = (): string => createAuthority({ commonName: "landlord", now: 0 }).certificate;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

function configuration(kind: string, name = "landlord"): WebhookConfiguration {
  const webhook = (webhookName: string) => ({
    name: webhookName,
    clientConfig: { service: { namespace: "landlord", name: "landlord", path: "/x" } },
    timeoutSeconds: 3,
  });
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name },
    webhooks: [webhook("a.landlord.dev"), webhook("b.landlord.dev")],
  };
}

/** A running CaBundle; `settle` moves time on until all that is due is done. */
function start(
  t: TestContext,
  {
    served = true,
    refresh,
    tolerateMs = 0,
    keepOthers = true,
  }: { served?: boolean; refresh?: () => Promise<void>; tolerateMs?: number; keepOthers?: boolean } = {},
) {
  const kube = createFakeKube();
  const clock = createTestClock();
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const told: string[] = [];
  const listeners: ((certificate: ServingCertificate) => void)[] = [];
  let current: ServingCertificate | undefined;
  const serve = (ca: string, besides = ""): void => {
    current = { ca, certificate: "", key: "", besides };
    for (const listener of listeners) listener(current);
  };
  const first = authority();
  if (served) serve(first);
  const bundle = createCaBundle({
    client: streamingClient(kube, KINDS),
    source: { current: () => current, subscribe: (listener) => void listeners.push(listener) },
    ...(refresh === undefined ? {} : { refresh }),
    names: { mutating: "landlord", validating: "landlord" },
    onPutBack: (kind, name) => told.push(`${kind} ${name}`),
    tolerateMs,
    keepOthers,
    clock,
    log,
    metrics,
  });
  const stop = new AbortController();
  const running = bundle.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
  });
  const held = (kind: string): (string | undefined)[] =>
    (kube.get<WebhookConfiguration>(kind, REF)?.webhooks ?? []).map(({ clientConfig }) => clientConfig.caBundle);
  const put = (...kinds: string[]): void => kinds.forEach((kind) => kube.put(configuration(kind)));
  const settle = (ms = 2_000): Promise<void> => clock.advance(ms);
  const patches = (): number => kube.writes().filter((line) => line.startsWith("patch")).length;
  return { kube, bundle, lines, metrics, told, first, serve, held, put, settle, patches, stop, running };
}

test("gives every entry of both configurations the authority that is served", async (t) => {
  const { bundle, first, held, put, settle, patches } = start(t);
  put(MUTATING, VALIDATING);
  assert.equal(bundle.trusted(), false);
  await settle();
  assert.deepEqual(held(MUTATING), [base64(first), base64(first)]);
  assert.deepEqual(held(VALIDATING), [base64(first), base64(first)]);
  assert.equal(bundle.trusted(), true);
  assert.equal(patches(), 2);
});

test("touches nothing but caBundle", async (t) => {
  const { kube, first, put, settle } = start(t);
  put(MUTATING, VALIDATING);
  await settle();
  const { metadata, ...found } = kube.get<WebhookConfiguration>(MUTATING, REF) ?? assert.fail();
  const { metadata: _, ...expected } = configuration(MUTATING);
  for (const { clientConfig } of expected.webhooks ?? []) clientConfig.caBundle = base64(first);
  assert.deepEqual(found, expected);
  assert.equal(metadata.labels, undefined);
});

test("leaves configurations of other names alone", async (t) => {
  const { kube, settle, patches } = start(t);
  kube.put(configuration(MUTATING, "somebody-else"));
  await settle();
  assert.equal(patches(), 0);
});

test("is trusted only once the second configuration is there as well", async (t) => {
  const { bundle, put, settle } = start(t);
  put(MUTATING);
  await settle();
  assert.equal(bundle.trusted(), false);
  put(VALIDATING);
  await settle();
  assert.equal(bundle.trusted(), true);
});

test("says once that a configuration is missing, and again when it goes", async (t) => {
  const { kube, bundle, lines, serve, put, settle } = start(t);
  const warnings = (): unknown[] => lines.filter(({ level }) => level === "warn").map(({ fields }) => fields["kind"]);
  put(MUTATING);
  await settle();
  serve(authority());
  await settle();
  assert.deepEqual(warnings(), [VALIDATING]);
  put(VALIDATING);
  await settle();
  kube.delete(VALIDATING, REF);
  await settle();
  assert.deepEqual(warnings(), [VALIDATING, VALIDATING]);
  assert.equal(bundle.trusted(), false);
});

test("counts the webhooks that the API server would call", async (t) => {
  const { kube, metrics, put, settle } = start(t);
  const counted = async (): Promise<unknown[]> =>
    (await metrics.webhooks.get()).values.map(({ labels, value }) => [labels.kind, value]);
  await settle();
  assert.deepEqual(await counted(), [
    [MUTATING, 0],
    [VALIDATING, 0],
  ]);
  put(MUTATING, VALIDATING);
  await settle();
  kube.delete(MUTATING, REF);
  await settle();
  assert.deepEqual(await counted(), [
    [MUTATING, 0],
    [VALIDATING, 2],
  ]);
});

test("does nothing before a certificate is served", async (t) => {
  const { bundle, first, serve, held, put, settle } = start(t, { served: false });
  put(MUTATING, VALIDATING);
  await settle();
  assert.deepEqual(held(MUTATING), [undefined, undefined]);
  assert.equal(bundle.trusted(), false);
  serve(first);
  await settle();
  assert.equal(bundle.trusted(), true);
});

test("puts an emptied bundle back, and tells of it", async (t) => {
  const { bundle, lines, told, first, held, put, settle } = start(t);
  put(MUTATING, VALIDATING);
  await settle();
  assert.deepEqual(told, []);
  put(VALIDATING);
  await settle();
  assert.deepEqual(told, [`${VALIDATING} landlord`]);
  const warned = lines.filter(({ level }) => level === "warn").map(({ message, fields }) => [message, fields]);
  const fields = { kind: VALIDATING, name: "landlord", webhooks: 2 };
  assert.deepEqual(warned.slice(-1), [["caBundle was changed by somebody and put back", fields]]);
  assert.deepEqual(held(VALIDATING), [base64(first), base64(first)]);
  assert.equal(bundle.trusted(), true);
});

test("replaces a foreign bundle", async (t) => {
  const { kube, first, held, put, settle } = start(t);
  put(MUTATING, VALIDATING);
  await settle();
  const foreign = configuration(MUTATING);
  for (const { clientConfig } of foreign.webhooks ?? []) clientConfig.caBundle = base64(authority());
  kube.put(foreign);
  await settle();
  assert.deepEqual(held(MUTATING), [base64(first), base64(first)]);
});

test("tells of nothing where a bundle is filled in for the first time, is renewed, or comes back with its configuration", async (t) => {
  const { kube, told, serve, put, settle, patches } = start(t);
  put(MUTATING, VALIDATING);
  await settle();
  serve(authority());
  await settle();
  kube.delete(VALIDATING, REF);
  await settle();
  put(VALIDATING);
  await settle();
  assert.deepEqual([patches(), told], [5, []]);
});

test("tells when authorities are taken out that somebody added, and not of those that were there before", async (t) => {
  const { kube, first, told, held, settle } = start(t, { tolerateMs: 600_000 });
  const add = (kind: string): void => {
    const configured = configuration(kind);
    for (const { clientConfig } of configured.webhooks ?? []) clientConfig.caBundle = base64(first + authority());
    kube.put(configured);
  };
  for (const kind of [MUTATING, VALIDATING]) add(kind);
  await settle(602_000);
  assert.deepEqual([held(MUTATING), told], [[base64(first), base64(first)], []]);
  await settle(602_000);
  add(MUTATING);
  await settle(602_000);
  assert.deepEqual([held(MUTATING), told], [[base64(first), base64(first)], [`${MUTATING} landlord`]]);
});

test("follows a new authority, and is not trusted until it is written", async (t) => {
  const { bundle, serve, held, put, settle } = start(t);
  put(MUTATING, VALIDATING);
  await settle();
  const next = authority();
  serve(next);
  assert.equal(bundle.trusted(), false);
  await settle();
  assert.deepEqual(held(VALIDATING), [base64(next), base64(next)]);
  assert.equal(bundle.trusted(), true);
});

test("publishes the authorities besides, and is trusted before they are there", async (t) => {
  const { bundle, first, serve, held, put, settle } = start(t);
  put(MUTATING, VALIDATING);
  await settle();
  const next = authority();
  serve(first, next);
  assert.equal(bundle.trusted(), true);
  await settle();
  assert.deepEqual(held(VALIDATING), [base64(first + next), base64(first + next)]);
});

test("calls an authority settled when both configurations have held it unchanged for five seconds", async (t) => {
  const { bundle, first, serve, put, settle } = start(t);
  put(MUTATING, VALIDATING);
  await settle(6_000);
  assert.equal(bundle.settled(first), true);
  const next = authority();
  serve(first, next);
  assert.equal(bundle.settled(next), false);
  await settle(4_000);
  assert.equal(bundle.settled(next), false, "API servers may not know it yet");
  await settle(3_000);
  assert.equal(bundle.settled(next), true);
  put(MUTATING); // emptied
  await settle(2_000);
  assert.equal(bundle.trusted(), true);
  assert.equal(bundle.settled(next), false);
});

test("leaves further authorities alone for as long as it tolerates them, and adds its own at once", async (t) => {
  const { kube, bundle, first, held, settle } = start(t, { tolerateMs: 600_000 });
  const theirs = authority();
  for (const kind of [MUTATING, VALIDATING]) {
    const configured = configuration(kind);
    for (const { clientConfig } of configured.webhooks ?? []) clientConfig.caBundle = base64(theirs);
    kube.put(configured);
  }
  await settle();
  assert.deepEqual(held(MUTATING), [base64(first + theirs), base64(first + theirs)]);
  assert.equal(bundle.trusted(), true);
  await settle(590_000);
  assert.deepEqual(held(MUTATING), [base64(first + theirs), base64(first + theirs)]);
  await settle(12_000);
  assert.deepEqual(held(MUTATING), [base64(first), base64(first)]);
});

test("leaves what others add beside its own, and nothing of what others put in its place", async (t) => {
  const { kube, first, held, settle } = start(t, { tolerateMs: 600_000, keepOthers: false });
  const theirs = authority();
  const write = (ca: string): void => {
    for (const kind of [MUTATING, VALIDATING]) {
      const configured = configuration(kind);
      for (const { clientConfig } of configured.webhooks ?? []) clientConfig.caBundle = base64(ca);
      kube.put(configured);
    }
  };
  write(theirs);
  await settle();
  assert.deepEqual(held(MUTATING), [base64(first), base64(first)]);
  write(first + theirs);
  await settle(590_000);
  assert.deepEqual(held(MUTATING), [base64(first + theirs), base64(first + theirs)]);
  await settle(12_000);
  assert.deepEqual(held(MUTATING), [base64(first), base64(first)]);
});

test("looks for a newer certificate before it overwrites what another replica wrote", async (t) => {
  const newer = authority();
  let started: ReturnType<typeof start> | undefined;
  const refresh = (): Promise<void> => {
    started?.serve(newer); // the store held a newer one
    return Promise.resolve();
  };
  started = start(t, { refresh });
  const theirs = configuration(MUTATING);
  for (const { clientConfig } of theirs.webhooks ?? []) clientConfig.caBundle = base64(newer);
  started.kube.put(theirs);
  await started.settle();
  assert.equal(started.patches(), 0);
});

test("quarrels with somebody who undoes its work once a second at most", async (t) => {
  const { kube, put, settle, patches } = start(t);
  put(VALIDATING, MUTATING);
  await settle();
  const before = patches();
  kube.cache(MUTATING).subscribe(({ object }) => {
    const emptied = (object as WebhookConfiguration).webhooks?.[0]?.clientConfig.caBundle !== undefined;
    if (emptied) queueMicrotask(() => put(MUTATING));
  });
  put(MUTATING);
  await settle(10_000);
  assert.ok(patches() - before >= 5, "does not give up");
  assert.ok(patches() - before <= 11, `writes ${patches() - before} times in ten seconds`);
});

test("names the missing right, and goes on once it is there", async (t) => {
  const { kube, bundle, lines, put, settle } = start(t);
  const message = "patch MutatingWebhookConfiguration landlord: forbidden: the right to patch may be missing";
  kube.failNext(`patch ${MUTATING}`, new KubeError(message, { status: 403, reason: "Forbidden" }));
  put(MUTATING, VALIDATING);
  await settle();
  assert.equal(lines.find(({ level }) => level === "warn")?.fields["error"], message);
  await settle(60_000);
  assert.equal(bundle.trusted(), true);
});

test("tells of every change of the validating configuration, and of no other", async (t) => {
  const { kube, bundle, put, settle } = start(t, { served: false });
  const told: (string | undefined)[] = [];
  bundle.onValidating((now) => told.push(now?.kind));
  put(MUTATING, VALIDATING);
  await settle();
  kube.delete(VALIDATING, REF);
  await settle();
  assert.deepEqual(told, [VALIDATING, undefined]);
});

test("stops when it is told to", async (t) => {
  const { stop, running, put, settle, patches } = start(t);
  stop.abort();
  await running;
  put(MUTATING, VALIDATING);
  await settle();
  assert.equal(patches(), 0);
});
