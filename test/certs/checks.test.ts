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

test("finds nothing to do in a fresh bundle", () => {
  assert.equal(inspect(good, NAMES, NOW), undefined);
  assert.equal(inspect(good, [], NOW), undefined);
});

test("accepts further trusted blocks behind the authority that signs", () => {
  assert.equal(inspect({ ...good, ca: good.ca + other.certificate }, NAMES, NOW), undefined);
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
  due("authority", "authority is near its end", "30 days are left", {
    bundle: leafThat(AUTHORITY_LIFE_MS),
    now: NOW + AUTHORITY_LIFE_MS - 30 * DAY_MS,
  }),
  due("leaf", "certificate lacks a name", "a DNS name is new", { names: [...NAMES, "new.svc"] }),
  due("leaf", "certificate lacks a name", "an address is new", { names: [...NAMES, "10.0.0.2"] }),
  due("leaf", "certificate is past two thirds of its life", "it is", { now: NOW + (LEAF_LIFE_MS * 2) / 3 }),
];

for (const { when, bundle, now = NOW, names = NAMES, ...finding } of CASES) {
  test(`says "${finding.reason}" when ${when}`, () => {
    assert.deepEqual(inspect(bundle, names, now), finding);
  });
}

test("leaves a leaf alone just before two thirds of its life, and an authority just before its last 30 days", () => {
  assert.equal(inspect(good, NAMES, NOW + (LEAF_LIFE_MS * 2) / 3 - SKEW_MS), undefined);
  assert.equal(inspect(leafThat(AUTHORITY_LIFE_MS), NAMES, NOW + AUTHORITY_LIFE_MS - 31 * DAY_MS)?.renew, "leaf");
});

test("says nothing of what it read", () => {
  const finding = inspect(
    { ...good, caKey: "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----" },
    NAMES,
    NOW,
  );
  assert.ok(!JSON.stringify(finding).includes("hunter2"));
});
