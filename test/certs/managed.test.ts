import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { AUTHORITY_LIFE_MS, createAuthority } from "../../certs/authority.ts";
import { issueLeaf, LEAF_LIFE_MS } from "../../certs/leaf.ts";
import { createManagedSource } from "../../certs/managed.ts";
import type { ServingCertificate } from "../../certs/source.ts";
import type { CertificateBundle } from "../../certs/store.ts";
import { createMemoryStore, type MemoryStore } from "../helpers/certificate-store.ts";
import { createTestClock, type TestClock } from "../helpers/clock.ts";
import { createTestLog } from "../helpers/log.ts";

const NAMES = ["landlord.landlord-system.svc"];
const DAY_MS = 24 * 60 * 60_000;

function replica({
  store = createMemoryStore(),
  clock = createTestClock(),
}: {
  store?: MemoryStore;
  clock?: TestClock;
} = {}) {
  const { log, lines } = createTestLog();
  const source = createManagedSource({ store, names: NAMES, clock, log });
  const heard: ServingCertificate[] = [];
  source.subscribe((certificate) => heard.push(certificate));
  const messages = (): string[] => lines.map(({ level, message }) => `${level}: ${message}`);
  return { source, store, clock, heard, lines, messages };
}

function bundleOf(now: number): CertificateBundle {
  const authority = createAuthority({ commonName: "landlord", now });
  return { ca: authority.certificate, caKey: authority.key, ...issueLeaf(authority, { names: NAMES, now }) };
}

test("has nothing before the first refresh", () => {
  const { source, store } = replica();
  assert.equal(source.current(), undefined);
  assert.equal(store.stored, undefined);
});

test("makes an authority and a leaf where nothing is stored, and keeps both", async () => {
  const { source, store, heard, messages } = replica();
  await source.refresh();
  const served = source.current();
  assert.ok(served);
  assert.deepEqual(heard, [served]);
  assert.deepEqual({ ...served, caKey: store.stored?.caKey }, store.stored);
  const leaf = new X509Certificate(served.certificate);
  assert.ok(leaf.checkHost("landlord.landlord-system.svc"));
  assert.equal(leaf.verify(new X509Certificate(served.ca).publicKey), true);
  assert.deepEqual(messages(), ["info: certificates created", "info: serving certificate changed"]);
});

test("serves what another replica stored, and tells nobody twice", async () => {
  const { source, store, clock, heard } = replica();
  const theirs = bundleOf(clock.now());
  store.put(theirs);
  await source.refresh();
  await source.refresh();
  assert.equal(source.current()?.certificate, theirs.certificate);
  assert.deepEqual([heard.length, store.writes], [1, 0]);
});

test("uses theirs when another replica is faster", async () => {
  const { source, store, clock } = replica();
  const theirs = bundleOf(clock.now());
  store.beforeWrite = () => {
    if (store.stored === undefined) store.put(theirs);
  };
  await source.refresh();
  assert.equal(source.current()?.certificate, theirs.certificate);
  assert.equal(store.writes, 0);
});

test("agrees on one bundle however many start at once", async () => {
  const store = createMemoryStore();
  const replicas = Array.from({ length: 5 }, () => replica({ store }));
  await Promise.all(replicas.map(({ source }) => source.refresh()));
  assert.deepEqual(
    new Set(replicas.map(({ source }) => source.current()?.certificate)),
    new Set([store.stored?.certificate]),
  );
  assert.equal(store.writes, 1);
});

test("gives up after some attempts when others are always faster", async () => {
  const { source, store } = replica();
  store.beforeWrite = () => store.put({ ca: "", caKey: "", certificate: "", key: "" });
  await assert.rejects(source.refresh(), /others wrote first, 5 times in a row/);
  assert.equal(source.current(), undefined);
});

test("renews the leaf with the same authority at two thirds of its life", async () => {
  const { source, store, clock, heard, lines } = replica();
  await source.refresh();
  const before = source.current();
  await clock.advance((LEAF_LIFE_MS * 2) / 3 - 10 * 60_000);
  await source.refresh();
  assert.equal(source.current(), before);

  await clock.advance(10 * 60_000);
  await source.refresh();
  const after = source.current();
  assert.notEqual(after?.certificate, before?.certificate);
  assert.equal(after?.ca, before?.ca);
  assert.deepEqual([store.writes, heard.length], [2, 2]);
  assert.deepEqual(lines.find(({ message }) => message === "certificates renewed")?.fields, {
    reason: "certificate is past two thirds of its life",
    renewed: "leaf",
  });
});

test("makes a new authority when the old one is near its end", async () => {
  const { source, store, clock } = replica();
  await source.refresh();
  const before = source.current();
  await clock.advance(AUTHORITY_LIFE_MS - 31 * DAY_MS);
  await source.refresh();
  assert.equal(source.current()?.ca, before?.ca);
  await clock.advance(DAY_MS);
  await source.refresh();
  assert.notEqual(source.current()?.ca, before?.ca);
  assert.equal(store.stored?.ca, source.current()?.ca);
});

test("replaces a corrupt bundle, with one line that says why and holds no secret", async () => {
  const { source, store, clock, lines } = replica();
  const broken = {
    ...bundleOf(clock.now()),
    caKey: "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n",
  };
  store.put(broken);
  await source.refresh();
  assert.notEqual(source.current()?.ca, broken.ca);
  assert.deepEqual(
    lines.filter(({ level }) => level === "warn"),
    [
      {
        level: "warn",
        message: "unusable certificates replaced",
        fields: { reason: "authority is unreadable", renewed: "authority" },
      },
    ],
  );
  assert.doesNotMatch(JSON.stringify(lines), /hunter2|BEGIN|PRIVATE/);
});

test("replaces a foreign leaf with one of the stored authority", async () => {
  const { source, store, clock } = replica();
  const ours = bundleOf(clock.now());
  const { certificate, key } = bundleOf(clock.now());
  store.put({ ...ours, certificate, key });
  await source.refresh();
  assert.equal(source.current()?.ca, ours.ca);
  assert.notEqual(source.current()?.certificate, certificate);
});

test("serves a leaf that is due while its successor cannot be stored", async () => {
  const { source, store, clock } = replica();
  const old = bundleOf(clock.now());
  store.put(old);
  await clock.advance(LEAF_LIFE_MS - DAY_MS);
  store.write = () => Promise.reject(new Error("replace Secret: forbidden"));
  await assert.rejects(source.refresh(), /forbidden/);
  assert.equal(source.current()?.certificate, old.certificate);
});

test("keeps serving while the store is away, and recovers", async () => {
  const { source, store } = replica();
  await source.refresh();
  const before = source.current();
  const read = store.read.bind(store);
  store.read = () => Promise.reject(new Error("get Secret: no answer"));
  await assert.rejects(source.refresh(), /no answer/);
  assert.equal(source.current(), before);
  store.read = read;
  await source.refresh();
  assert.equal(source.current(), before);
});

test("runs refreshes one at a time, and those that wait share one run", async () => {
  const { source, store } = replica();
  let reads = 0;
  let atOnce = 0;
  let most = 0;
  const read = store.read.bind(store);
  store.read = async () => {
    reads++;
    most = Math.max(most, ++atOnce);
    const stored = await read();
    atOnce--;
    return stored;
  };
  const first = source.refresh();
  await Promise.resolve(); // the first is on its way
  await Promise.all([first, source.refresh(), source.refresh(), source.refresh()]);
  assert.deepEqual({ reads, most }, { reads: 2, most: 1 });
});

test("tells the other listeners when one throws", async () => {
  const { source, heard, messages } = replica();
  const late: ServingCertificate[] = [];
  source.subscribe(() => {
    throw new Error("bad listener");
  });
  source.subscribe((certificate) => late.push(certificate));
  await source.refresh();
  assert.deepEqual([heard.length, late.length], [1, 1]);
  assert.ok(messages().includes("error: a listener refused the serving certificate"));
});
