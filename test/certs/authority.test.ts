import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { AUTHORITY_LIFE_MS, createAuthority, openAuthority, sign } from "../../certs/authority.ts";
import { createKeyPair, privateKeyPem } from "../../certs/keypair.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const authority = createAuthority({ commonName: "landlord", now: NOW });

test("makes a self-signed authority for one year that began a little ago", () => {
  const certificate = new X509Certificate(authority.certificate);
  assert.equal(certificate.ca, true);
  assert.equal(certificate.subject, "CN=landlord");
  assert.equal(certificate.checkIssued(certificate), true);
  assert.equal(certificate.verify(certificate.publicKey), true);
  assert.equal(certificate.validFromDate.getTime(), NOW - 5 * 60_000);
  assert.equal(certificate.validToDate.getTime(), NOW + AUTHORITY_LIFE_MS);
});

test("may sign certificates, but no further authorities", () => {
  const { raw } = new X509Certificate(authority.certificate);
  const hex = raw.toString("hex");
  assert.ok(hex.includes("0603551d130101ff040830060101ff020100"), "critical basicConstraints: CA, path length 0");
  assert.ok(hex.includes("0603551d0f0101ff040403020106"), "critical keyUsage: keyCertSign, cRLSign");
});

test("reads back what it made", () => {
  const signer = openAuthority(authority);
  assert.equal(signer.commonName, "landlord");
  assert.equal(signer.certificate.checkPrivateKey(signer.key), true);
});

test("reads only the first block of several: it is the one that signs", () => {
  const older = createAuthority({ commonName: "older", now: NOW });
  const signer = openAuthority({ certificate: authority.certificate + older.certificate, key: authority.key });
  assert.equal(signer.commonName, "landlord");
});

test("never signs beyond its own end", () => {
  const keys = createKeyPair();
  const request = { subject: { commonName: "x" }, publicKey: keys.publicKey, from: NOW, extensions: [] };
  const signer = openAuthority(authority);
  const long = new X509Certificate(sign(signer, { ...request, to: NOW + 2 * AUTHORITY_LIFE_MS }));
  const short = new X509Certificate(sign(signer, { ...request, to: NOW + 60_000 }));
  assert.equal(long.validToDate.getTime(), NOW + AUTHORITY_LIFE_MS);
  assert.equal(short.validToDate.getTime(), NOW + 60_000);
});

test("refuses a key of another authority, and one of another kind", () => {
  const other = createAuthority({ commonName: "landlord", now: NOW });
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  assert.throws(() => openAuthority({ ...authority, key: other.key }), /key does not belong to certificate/);
  assert.throws(() => openAuthority({ ...authority, key: privateKeyPem(rsa) }), /not one of ours/);
});

test("refuses an authority that spells its name in another string type: a leaf's issuer would not be equal byte for byte", () => {
  const named = (tag: string): string => tag + Buffer.from("landlord").toString("hex");
  const hex = new X509Certificate(authority.certificate).raw.toString("hex");
  const printable = Buffer.from(hex.replaceAll(named("0c08"), named("1308")), "hex"); // UTF8String, PrintableString
  const certificate = `-----BEGIN CERTIFICATE-----\n${printable.toString("base64")}\n-----END CERTIFICATE-----\n`;
  assert.equal(new X509Certificate(certificate).subject, "CN=landlord");
  assert.throws(() => openAuthority({ ...authority, certificate }), /not one of ours/);
});

test("says what is unreadable without a byte of it", () => {
  const broken = authority.key.replaceAll("\n", "");
  assert.throws(
    () => openAuthority({ ...authority, key: broken }),
    (error: Error) => {
      assert.equal(error.message, "open authority: key is unreadable");
      assert.ok(!String((error.cause as Error).stack).includes(authority.key.slice(40, 60)));
      return true;
    },
  );
  assert.throws(() => openAuthority({ ...authority, certificate: "" }), /open authority: certificate is unreadable/);
});

test("refuses a name that other readers may spell otherwise", () => {
  for (const commonName of ["", "a\nb", "a+b", "ü", "x".repeat(65)]) {
    assert.throws(() => createAuthority({ commonName, now: NOW }), /bad name/);
  }
});
