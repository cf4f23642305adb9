import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Baseline, type KeyBaseline, NO_BASELINE } from "../../../src/generator/baseline.ts";
import { createConfigMapBaseline } from "../../../src/generator/config-map-baseline.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createFakeKube, kubeError } from "../../helpers/kube-fake.ts";
import { createTestLog } from "../../helpers/log.ts";
import { tenantRow } from "../../helpers/memory-store.ts";

const REF = { namespace: "landlord", name: "landlord-generator" };
const DATA_KEY = "baseline.json.gz";
const HASH = "0123456789abcdef0123456789abcdef";
const BASELINE: Baseline = { ...NO_BASELINE, version: 4, hash: HASH, table: "filled" };
const signal = new AbortController().signal;

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

function setUp(maxBytes?: number) {
  const kube = createFakeKube();
  const { log, lines } = createTestLog();
  const store = createConfigMapBaseline({
    client: kube.client,
    ...REF,
    log,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  const found = () => kube.get<ConfigMap>("ConfigMap", REF);
  return { kube, store, lines, found };
}

const configMap = (fields: Partial<ConfigMap> = {}): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...REF },
  ...fields,
});

test("finds nothing where there is no ConfigMap, and creates one that people can read too", async () => {
  const { store, found } = setUp();
  assert.deepEqual(await store.read(signal), { baseline: undefined, stamp: undefined, override: undefined });
  const stamp = await store.write(BASELINE, undefined, signal);
  assert.equal(stamp, found()?.metadata.resourceVersion);
  assert.deepEqual(found()?.metadata.labels, { "app.kubernetes.io/managed-by": "landlord" });
  assert.deepEqual(found()?.metadata.annotations, {
    "landlord.dev/snapshot-version": "4",
    "landlord.dev/snapshot-hash": HASH,
  });
  const text = gunzipSync(Buffer.from(found()?.binaryData?.[DATA_KEY] ?? "", "base64")).toString();
  assert.equal(JSON.parse(text).version, 4);
  assert.deepEqual((await store.read(signal)).baseline, BASELINE);
  assert.equal(store.shared, true);
});

test("fills a ConfigMap that came empty with the manifests, and leaves the rest of it as it is", async () => {
  const { kube, store, found } = setUp();
  kube.put(configMap({ metadata: { ...REF, labels: { team: "x" }, annotations: { note: "y" } }, data: { z: "1" } }));
  const { baseline, stamp } = await store.read(signal);
  assert.equal(baseline, undefined);
  await store.write(BASELINE, stamp, signal);
  assert.deepEqual(found()?.metadata.labels, { team: "x" });
  assert.equal(found()?.metadata.annotations?.["note"], "y");
  assert.deepEqual(found()?.data, { z: "1" });
});

test("reads what another replica wrote", async () => {
  const { kube, store } = setUp();
  const other = createConfigMapBaseline({ client: kube.client, ...REF, log: createTestLog().log });
  await other.read(signal);
  await other.write({ ...BASELINE, version: 8 }, undefined, signal);
  assert.equal((await store.read(signal)).baseline?.version, 8);
});

test("gives the same baseline again while nothing has changed", async () => {
  const { store } = setUp();
  await store.read(signal);
  await store.write(BASELINE, undefined, signal);
  assert.equal((await store.read(signal)).baseline, BASELINE);
});

test("gives way to whoever was faster: a create, a change, a deletion", async () => {
  const { kube, store } = setUp();
  await store.read(signal);
  kube.put(configMap());
  assert.equal(await store.write(BASELINE, undefined, signal), undefined);
  const { stamp } = await store.read(signal);
  kube.put(configMap());
  assert.equal(await store.write(BASELINE, stamp, signal), undefined);
  const again = await store.read(signal);
  kube.delete("ConfigMap", REF);
  assert.equal(await store.write(BASELINE, again.stamp, signal), undefined);
  assert.equal(await store.write(BASELINE, "1", signal), undefined);
});

test("writes on from its own write", async () => {
  const { store, kube } = setUp();
  await store.read(signal);
  const first = await store.write(BASELINE, undefined, signal);
  assert.notEqual(await store.write({ ...BASELINE, version: 5 }, first, signal), undefined);
  assert.deepEqual(
    kube.calls.map((call) => call.split(" ")[0]),
    ["get", "create", "replace"],
  );
});

test("reads the override that an operator has annotated, and takes another text for none", async () => {
  const { kube, store } = setUp();
  const annotated = (text: string) =>
    configMap({ metadata: { ...REF, annotations: { "landlord.dev/accept-snapshot": text } } });
  kube.put(annotated(`${HASH} 2026-01-01T12:00:00Z`));
  assert.deepEqual((await store.read(signal)).override, { hash: HASH, until: Date.parse("2026-01-01T12:00:00Z") });
  kube.put(annotated("yes"));
  assert.equal((await store.read(signal)).override, undefined);
});

for (const [what, data] of [
  ["no base64", "***"],
  ["no gzip", Buffer.from("{}").toString("base64")],
  ["no baseline", gzipSync("{}").toString("base64")],
  ["half of it", gzipSync("{}").subarray(0, 10).toString("base64")],
] as const) {
  test(`does not take content that is ${what} for a baseline that is not there`, async () => {
    const { kube, store } = setUp();
    kube.put(configMap({ binaryData: { [DATA_KEY]: data } }));
    for (let read = 0; read < 2; read++) await assert.rejects(store.read(signal), /read baseline: /);
  });
}

test("leaves out held rows, and says so, where there is no room; and writes nothing where even ids are too many", async () => {
  const { store, lines, found } = setUp(2_000);
  await store.read(signal);
  const noise = (bytes: number): string => randomBytes(bytes).toString("hex");
  const rows = new Map([["a", tenantRow("a", { params: { noise: noise(2_000) } })]]);
  const stamp = await store.write({ ...BASELINE, rows }, undefined, signal);
  assert.equal((await createConfigMapRead(store)).rows.size, 1); // in memory it is whole
  const text = gunzipSync(Buffer.from(found()?.binaryData?.[DATA_KEY] ?? "", "base64")).toString();
  assert.deepEqual(JSON.parse(text).rows, []);
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [["warn", "no room in the ConfigMap for the held tenants' rows"]],
  );
  const served = new Set(Array.from({ length: 200 }, () => noise(20)));
  const entry: KeyBaseline = { key: { applicationSetName: "a" }, served, pending: new Map(), asked: 0 };
  await assert.rejects(
    store.write({ ...BASELINE, keys: new Map([["", entry]]) }, stamp, signal),
    /write baseline landlord\/landlord-generator: \d+ bytes, and a ConfigMap takes 2000/,
  );
});

const createConfigMapRead = async (store: ReturnType<typeof createConfigMapBaseline>): Promise<Baseline> =>
  (await store.read(signal)).baseline ?? assert.fail("nothing there");

test("lets other errors through", async () => {
  const { kube, store } = setUp();
  const forbidden = kubeError(403, "Forbidden");
  kube.failNext("get ConfigMap", forbidden);
  await assert.rejects(store.read(signal), forbidden);
  await store.read(signal);
  kube.failNext("create ConfigMap", forbidden);
  await assert.rejects(store.write(BASELINE, undefined, signal), forbidden);
});
