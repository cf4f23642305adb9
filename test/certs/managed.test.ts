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
import { LIVES } from "../helpers/lives.ts";
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
  const changes: string[] = [];
  const callers = { trust: "" };
  const source = createManagedSource({
    store,
    names: NAMES,
    lives: LIVES,
    trusted: (ca) => callers.trust.includes(ca),
    clock,
    log,
    observe: (change) => changes.push(change),
  });
  const heard: ServingCertificate[] = [];
  source.subscribe((certificate) => heard.push(certificate));
  const messages = (): string[] => lines.map(({ level, message }) => `${level}: ${message}`);
  return { source, store, clock, heard, lines, messages, changes, callers };
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
  assert.deepEqual({ ...served, caKey: store.stored?.caKey }, { ...store.stored, besides: "" });
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

test("lets a new authority sign only when callers trust it, and has both trusted until the old one's last leaf ends", async () => {
  const { source, store, clock, callers, changes } = replica();
  await source.refresh();
  const before = source.current();
  await clock.advance((AUTHORITY_LIFE_MS * 2) / 3);
  await source.refresh(); // a leaf, which has ended
  await source.refresh();
  const next = store.stored?.next?.certificate ?? assert.fail();
  assert.deepEqual([source.current()?.ca, source.current()?.besides], [before?.ca, next]);
  assert.equal(source.due(), false);

  callers.trust = before?.ca + next;
  assert.equal(source.due(), true);
  const lastLeaf = source.current()?.certificate ?? assert.fail();
  await source.refresh();
  assert.deepEqual([source.current()?.ca, source.current()?.besides], [next, before?.ca]);
  assert.equal(store.stored?.formerUntil, new X509Certificate(lastLeaf).validToDate.getTime());

  await clock.advance(LEAF_LIFE_MS);
  await source.refresh(); // a leaf, once more
  await source.refresh();
  assert.deepEqual([source.current()?.ca, source.current()?.besides], [next, ""]);
  assert.deepEqual(changes, ["created", "leaf", "next", "switch", "leaf", "former"]);
});

test("goes on where another replica left off", async () => {
  const one = replica();
  const two = replica({ store: one.store, clock: one.clock });
  await one.source.refresh();
  await two.source.refresh();
  one.store.put(undefined);
  await one.source.refresh();
  await two.source.refresh();
  assert.deepEqual(two.source.current(), one.source.current());
  two.callers.trust = one.store.stored?.ca ?? "";
  await Promise.all([one.source.refresh(), two.source.refresh()]);
  await one.source.refresh();
  assert.deepEqual(two.source.current(), one.source.current());
  assert.deepEqual([one.changes, two.changes], [["created", "restored"], ["switch"]]);
});

test("puts a deleted or corrupt bundle back, at most once in three seconds, and says so", async () => {
  const { source, store, clock, lines } = replica();
  await source.refresh();
  const before = source.current();
  store.put({ ca: "", caKey: "", certificate: "", key: "" });
  await source.refresh();
  assert.equal(source.current()?.certificate, before?.certificate);
  store.put(undefined);
  await assert.rejects(source.refresh(), /replaced a moment ago/);
  await clock.advance(3_000);
  await source.refresh();
  assert.equal(source.current()?.certificate, before?.certificate);
  assert.deepEqual(
    lines.filter(({ level }) => level === "warn").map(({ fields }) => fields["reason"]),
    ["authority is unreadable", "there are none"],
  );
});

test("recovers when the clock has jumped past the end of everything", async () => {
  const { source, clock } = replica();
  await source.refresh();
  const before = source.current();
  clock.jump(2 * AUTHORITY_LIFE_MS);
  assert.equal(source.due(), true);
  await source.refresh();
  assert.notEqual(source.current()?.ca, before?.ca);
  assert.equal(source.due(), false);
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
