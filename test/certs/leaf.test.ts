import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { createAuthority } from "../../certs/authority.ts";
import { issueClientLeaf, issueLeaf, LEAF_LIFE_MS, SERVER_AUTH } from "../../certs/leaf.ts";
import { handshake } from "../helpers/handshake.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const authority = createAuthority({ commonName: "landlord", now: NOW });
const ca = new X509Certificate(authority.certificate);
const NAMES = ["landlord.landlord-system.svc", "localhost", "*.example.org", "127.0.0.1", "::1"];

test("issues a leaf that the authority vouches for, good for every name and no other", () => {
  const { certificate } = issueLeaf(authority, { names: NAMES, now: NOW });
  const leaf = new X509Certificate(certificate);
  assert.equal(leaf.checkIssued(ca), true);
  assert.equal(leaf.verify(ca.publicKey), true);
  assert.ok(leaf.checkHost("landlord.landlord-system.svc", { subject: "never" }));
  assert.ok(leaf.checkHost("a.example.org"));
  assert.ok(leaf.checkIP("127.0.0.1"));
  assert.ok(leaf.checkIP("::1"));
  assert.equal(leaf.checkHost("landlord"), undefined);
  assert.equal(leaf.checkIP("127.0.0.2"), undefined);
});

test("issues for seven days that began a little ago, with a key of its own", () => {
  const { certificate, key } = issueLeaf(authority, { names: NAMES, now: NOW });
  const leaf = new X509Certificate(certificate);
  assert.equal(leaf.validFromDate.getTime(), NOW - 5 * 60_000);
  assert.equal(leaf.validToDate.getTime(), NOW + LEAF_LIFE_MS);
  assert.notEqual(key, issueLeaf(authority, { names: NAMES, now: NOW }).key);
});

test("issues for servers only, and never a further authority", () => {
  const leaf = new X509Certificate(issueLeaf(authority, { names: NAMES, now: NOW }).certificate);
  const hex = leaf.raw.toString("hex");
  assert.equal(leaf.ca, false);
  assert.deepEqual(leaf.keyUsage, [SERVER_AUTH]);
  assert.ok(hex.includes("0603551d130101ff04023000"), "critical basicConstraints: no CA");
  assert.ok(hex.includes("0603551d0f0101ff040403020780"), "critical keyUsage: digitalSignature");
});

test("names the authority's key, so that one of two authorities of one name is found", () => {
  const successor = createAuthority({ commonName: "landlord", now: NOW });
  const leaf = new X509Certificate(issueLeaf(successor, { names: NAMES, now: NOW }).certificate);
  assert.equal(leaf.checkIssued(new X509Certificate(successor.certificate)), true);
  assert.equal(leaf.checkIssued(ca), false);
});

test("issues a client's leaf with its user and groups", () => {
  const { certificate } = issueClientLeaf(authority, { commonName: "bob", organizations: ["a", "b"], now: NOW });
  const leaf = new X509Certificate(certificate);
  assert.equal(leaf.subject, "O=a\nO=b\nCN=bob");
  assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
  assert.equal(leaf.verify(ca.publicKey), true);
});

for (const name of [
  "",
  "a b",
  "-a.b",
  "a..b",
  "*",
  "a.*.b",
  "ü.org",
  `${"a".repeat(64)}.b`,
  "a.".repeat(127) + "abc",
]) {
  test(`refuses ${JSON.stringify(name.slice(0, 20))} as a name`, () => {
    assert.throws(() => issueLeaf(authority, { names: ["good.org", name], now: NOW }), /no DNS name or IP address/);
  });
}

test("refuses to issue for no name at all", () => {
  assert.throws(() => issueLeaf(authority, { names: [], now: NOW }), /no names/);
});

test("holds in a TLS 1.3 handshake for its names, and only for them", async () => {
  const now = Date.now();
  const live = createAuthority({ commonName: "live", now });
  const leaf = issueLeaf(live, { names: ["localhost", "127.0.0.1"], now });
  assert.equal(await handshake(leaf, { ca: live.certificate, servername: "localhost" }), "TLSv1.3");
  await assert.rejects(handshake(leaf, { ca: live.certificate, servername: "elsewhere" }), {
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
  await assert.rejects(handshake(leaf, { ca: authority.certificate, servername: "localhost" }), {
    code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  });
});
