import assert from "node:assert/strict";
import { test } from "node:test";
import { KubeError } from "../../../src/kube/errors.ts";
import type { Secret } from "../../../src/model/kube-object.ts";
import { createSecretStore } from "../../../src/tls/secret-store.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";

const REF = { namespace: "landlord", name: "landlord-webhook-certificate" };
const BUNDLE = { ca: "the ca", caKey: "the ca key", certificate: "the certificate", key: "the key" };
const base64 = (text: string): string => Buffer.from(text).toString("base64");

function setUp() {
  const kube = createFakeKube();
  const store = createSecretStore({ client: kube.client, ...REF });
  const secret = (): Secret | undefined => kube.get<Secret>("Secret", REF);
  return { kube, store, secret };
}

const foreign: Secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { ...REF, labels: { team: "platform" } },
  type: "Opaque",
  data: { "tls.crt": base64("foreign"), note: base64("keep me") },
};

test("reads nothing where there is no Secret", async () => {
  assert.equal(await setUp().store.read(), undefined);
});

test("creates a TLS Secret that reads back", async () => {
  const { store, secret } = setUp();
  assert.equal(await store.write(BUNDLE, undefined), true);
  assert.equal(secret()?.type, "kubernetes.io/tls");
  assert.equal(secret()?.metadata.labels?.["app.kubernetes.io/managed-by"], "landlord");
  assert.deepEqual(secret()?.data, {
    "tls.crt": base64("the certificate"),
    "tls.key": base64("the key"),
    "ca.crt": base64("the ca"),
    "ca.key": base64("the ca key"),
  });
  assert.deepEqual(await store.read(), { bundle: BUNDLE, version: secret()?.metadata.resourceVersion });
});

test("gives way to a Secret that was created first", async () => {
  const { kube, store, secret } = setUp();
  await store.read();
  kube.put(foreign);
  assert.equal(await store.write(BUNDLE, undefined), false);
  assert.deepEqual(secret()?.data, foreign.data);
});

test("gives way to a change since it read", async () => {
  const { kube, store, secret } = setUp();
  kube.put(foreign);
  const read = await store.read();
  kube.put({ ...foreign, data: { "tls.crt": base64("newer") } });
  assert.equal(await store.write(BUNDLE, read?.version), false);
  assert.deepEqual(secret()?.data, { "tls.crt": base64("newer") });
});

test("gives way to a deletion since it read", async () => {
  const { kube, store, secret } = setUp();
  kube.put(foreign);
  const read = await store.read();
  kube.delete("Secret", REF);
  assert.equal(await store.write(BUNDLE, read?.version), false);
  assert.equal(secret(), undefined);
});

test("refuses to write over a version that it did not read", async () => {
  const { kube, store } = setUp();
  kube.put(foreign);
  await store.read();
  assert.equal(await store.write(BUNDLE, "1"), false);
  assert.deepEqual(kube.writes(), []);
});

test("leaves the type, the labels and other keys of an existing Secret as they are", async () => {
  const { kube, store, secret } = setUp();
  kube.put(foreign);
  const read = await store.read();
  assert.equal(await store.write(BUNDLE, read?.version), true);
  assert.equal(secret()?.type, "Opaque");
  assert.deepEqual(secret()?.metadata.labels, { team: "platform" });
  assert.equal(secret()?.data?.["note"], base64("keep me"));
  assert.equal(secret()?.data?.["tls.crt"], base64("the certificate"));
});

test("reads missing and broken parts as what they are, not as an error", async () => {
  const { kube, store } = setUp();
  kube.put({ ...foreign, data: { "tls.crt": "***", "ca.crt": base64("the ca") } });
  assert.deepEqual((await store.read())?.bundle, { ca: "the ca", caKey: "", certificate: "", key: "" });
});

test("lets other errors through", async () => {
  const { kube, store } = setUp();
  const forbidden = new KubeError("get Secret: forbidden", { status: 403 });
  kube.failNext("get Secret", forbidden);
  await assert.rejects(store.read(), forbidden);
  kube.failNext("create Secret", forbidden);
  await assert.rejects(store.write(BUNDLE, undefined), forbidden);
});

test("keeps what a change of the authority needs, and drops it when it is over", async () => {
  const { kube, store, secret } = setUp();
  kube.put(foreign);
  const next = { certificate: "the next ca", key: "the next ca key" };
  const during = { ...BUNDLE, next, formerUntil: Date.parse("2026-01-08T00:00:00Z") };
  assert.equal(await store.write(during, (await store.read())?.version), true);
  assert.equal(secret()?.data?.["next-ca.crt"], base64("the next ca"));
  assert.equal(secret()?.data?.["former-until"], base64("2026-01-08T00:00:00.000Z"));
  const read = await store.read();
  assert.deepEqual(read?.bundle, during);
  assert.equal(await store.write(BUNDLE, read?.version), true);
  assert.deepEqual(Object.keys(secret()?.data ?? {}).toSorted(), ["ca.crt", "ca.key", "note", "tls.crt", "tls.key"]);
});
