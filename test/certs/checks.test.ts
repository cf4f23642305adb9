import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { AUTHORITY_LIFE_MS, createAuthority } from "../../certs/authority.ts";
import { SKEW_MS } from "../../certs/certificate.ts";
import { type Finding, inspect } from "../../certs/checks.ts";
import { privateKeyPem } from "../../certs/keypair.ts";
import { issueClientLeaf, issueLeaf, LEAF_LIFE_MS } from "../../certs/leaf.ts";
import type { CertificateBundle } from "../../certs/store.ts";

const DAY_MS = 24 * 60 * 60_000;
const NOW = Date.parse("2026-01-01T00:00:00Z");
const NAMES = ["landlord.landlord-system.svc", "10.0.0.1"];

const authority = createAuthority({ commonName: "landlord", now: NOW });
const other = createAuthority({ commonName: "landlord", now: NOW });
const leaf = issueLeaf(authority, { names: NAMES, now: NOW });
const good: CertificateBundle = { ca: authority.certificate, caKey: authority.key, ...leaf };
const rsaKey = privateKeyPem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
const leafThat = (ends: number): CertificateBundle => ({
  ...good,
  ...issueLeaf(authority, { names: NAMES, now: NOW, lifeMs: ends }),
});

const look = (bundle: CertificateBundle, names: string[], now: number, trusted = false): Finding | undefined =>
  inspect(bundle, { names, now, trusted: () => trusted });

test("finds nothing to do in a fresh bundle", () => {
  assert.equal(look(good, NAMES, NOW), undefined);
  assert.equal(look(good, [], NOW), undefined);
});

test("accepts former authorities behind the one that signs while leaves of them are in use", () => {
  const bundle = { ...good, ca: good.ca + other.certificate, formerUntil: NOW + 1 };
  assert.equal(look(bundle, NAMES, NOW), undefined);
  assert.equal(look(bundle, NAMES, NOW + 1)?.renew, "former");
});

test("waits with the next authority until it is trusted, and renews leaves meanwhile", () => {
  const pending = { ...good, ca: good.ca + other.certificate, next: other };
  assert.equal(look(pending, NAMES, NOW), undefined);
  assert.equal(look(pending, NAMES, NOW, true)?.renew, "switch");
  assert.equal(look(pending, NAMES, NOW + (LEAF_LIFE_MS * 2) / 3)?.renew, "leaf");
});

interface Case extends Finding {
  when: string;
  bundle: CertificateBundle;
  now?: number;
  names?: string[];
}

const unusable = (
  renew: Finding["renew"],
  reason: string,
  when: string,
  bundle: CertificateBundle,
  now = NOW,
): Case => ({
  renew,
  reason,
  when,
  bundle,
  now,
  servable: false,
});
const due = (renew: Finding["renew"], reason: string, when: string, more: Partial<Case>): Case => ({
  renew,
  reason,
  when,
  bundle: good,
  servable: true,
  ...more,
});

const CASES: Case[] = [
  unusable("authority", "authority is unreadable", "there is no authority", { ...good, ca: "" }),
  unusable("authority", "authority is unreadable", "there is no authority key", { ...good, caKey: "" }),
  unusable("authority", "authority is unreadable", "the key is cut", { ...good, caKey: good.caKey.slice(0, 90) }),
  unusable("authority", "authority's key does not match", "its key is another's", { ...good, caKey: other.key }),
  unusable("authority", "authority was not made here", "it is a mere leaf", {
    ...good,
    ca: leaf.certificate,
    caKey: leaf.key,
  }),
  unusable("authority", "authority is not valid now", "it is yet to come", good, NOW - SKEW_MS - 1),
  unusable("authority", "authority is not valid now", "it has ended", good, NOW + AUTHORITY_LIFE_MS),
  unusable("leaf", "certificate is unreadable", "there is no certificate", { ...good, certificate: "" }),
  unusable("leaf", "certificate is unreadable", "there is no key", { ...good, key: "" }),
  unusable("leaf", "key does not match", "its key is another's", { ...good, key: other.key }),
  unusable("leaf", "key does not match", "its key is of another kind", { ...good, key: rsaKey }),
  unusable("leaf", "certificate is not signed by the authority", "a namesake signed it", {
    ...good,
    ...issueLeaf(other, { names: NAMES, now: NOW }),
  }),
  unusable("leaf", "certificate is not for servers", "it is a client's", {
    ...good,
    ...issueClientLeaf(authority, { commonName: "x", now: NOW }),
  }),
  unusable("leaf", "certificate is not valid now", "it has ended", good, NOW + LEAF_LIFE_MS),
  unusable("leaf", "certificate is not valid now", "it is yet to come", {
    ...good,
    ...issueLeaf(authority, { names: NAMES, now: NOW + DAY_MS }),
  }),
  due("next", "authority is past two thirds of its life", "it is", {
    bundle: leafThat(AUTHORITY_LIFE_MS),
    now: NOW + (AUTHORITY_LIFE_MS * 2) / 3,
  }),
  due("next", "next authority is unusable", "its key is another's", {
    bundle: { ...good, ca: good.ca + other.certificate, next: { ...other, key: authority.key } },
  }),
  due("next", "next authority is unusable", "callers are not told of it", { bundle: { ...good, next: other } }),
  due("former", "former authorities have no leaf in use", "nobody says until when", {
    bundle: { ...good, ca: good.ca + other.certificate },
  }),
  due("leaf", "certificate lacks a name", "a DNS name is new", { names: [...NAMES, "new.svc"] }),
  due("leaf", "certificate lacks a name", "an address is new", { names: [...NAMES, "10.0.0.2"] }),
  due("leaf", "certificate is past two thirds of its life", "it is", { now: NOW + (LEAF_LIFE_MS * 2) / 3 }),
];

for (const { when, bundle, now = NOW, names = NAMES, ...finding } of CASES) {
  test(`says "${finding.reason}" when ${when}`, () => {
    assert.deepEqual(look(bundle, names, now), finding);
  });
}

test("leaves a leaf alone just before two thirds of its life, and an authority just before two thirds of its own", () => {
  assert.equal(look(good, NAMES, NOW + (LEAF_LIFE_MS * 2) / 3 - SKEW_MS), undefined);
  assert.equal(look(leafThat(AUTHORITY_LIFE_MS), NAMES, NOW + (AUTHORITY_LIFE_MS * 2) / 3 - SKEW_MS), undefined);
});

test("says nothing of what it read", () => {
  const finding = look(
    { ...good, caKey: "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----" },
    NAMES,
    NOW,
  );
  assert.ok(!JSON.stringify(finding).includes("hunter2"));
});
