import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { createAuthority } from "../../certs/authority.ts";
import { isOlderThan, keyIdentifier, signCertificate, subjectDer } from "../../certs/certificate.ts";
import { sequence } from "../../certs/der.ts";
import { createKeyPair } from "../../certs/keypair.ts";

const subject = { commonName: "somebody", organizations: ["one", "two"] };

function certificate({ from = 0, to = 86_400_000 } = {}): X509Certificate {
  const keys = createKeyPair();
  const pem = signCertificate(
    { subject, issuer: { commonName: "issuer" }, publicKey: keys.publicKey, from, to, extensions: [] },
    keys.privateKey,
  );
  return new X509Certificate(pem);
}

test("carries the subject, the issuer and the key it was asked for", () => {
  const keys = createKeyPair();
  const issuer = createKeyPair();
  const request = {
    subject,
    issuer: { commonName: "issuer" },
    publicKey: keys.publicKey,
    from: 0,
    to: 1000,
    extensions: [],
  };
  const made = new X509Certificate(signCertificate(request, issuer.privateKey));
  assert.equal(made.subject, "O=one\nO=two\nCN=somebody");
  assert.equal(made.issuer, "CN=issuer");
  assert.equal(made.checkPrivateKey(keys.privateKey), true);
  assert.equal(made.verify(issuer.publicKey), true);
  assert.equal(made.verify(keys.publicKey), false);
});

test("is valid for exactly the asked time, also past 2049", () => {
  const from = Date.parse("2049-12-31T23:59:00Z");
  const to = Date.parse("2051-06-01T00:00:00Z");
  const made = certificate({ from, to });
  assert.deepEqual([made.validFromDate.getTime(), made.validToDate.getTime()], [from, to]);
});

test("has a positive random serial of at least 128 bits and at most 20 bytes", () => {
  const serials = Array.from({ length: 50 }, () => certificate().serialNumber);
  assert.equal(new Set(serials).size, 50);
  for (const serial of serials) assert.match(serial, /^01[0-9A-F]{32}$/);
});

test("names a key by 160 bits, the same for both of its halves", () => {
  const { publicKey, privateKey } = createKeyPair();
  assert.equal(keyIdentifier(publicKey).length, 20);
  assert.deepEqual(keyIdentifier(publicKey), keyIdentifier(privateKey));
  assert.notDeepEqual(keyIdentifier(publicKey), keyIdentifier(createKeyPair().publicKey));
});

test("finds the bytes of its subject in itself", () => {
  assert.equal(certificate().raw.includes(subjectDer(subject)), true);
  assert.equal(certificate().raw.includes(subjectDer({ commonName: "somebody else" })), false);
});

test("marks critical extensions so that a reader must understand them", () => {
  const keys = createKeyPair();
  const unknown = { oid: "1.3.6.1.4.1.99999.1", value: sequence() };
  const made = (critical: boolean): Buffer =>
    new X509Certificate(
      signCertificate(
        {
          subject,
          issuer: subject,
          publicKey: keys.publicKey,
          from: 0,
          to: 1000,
          extensions: [{ ...unknown, critical }],
        },
        keys.privateKey,
      ),
    ).raw;
  assert.equal(made(true).includes(Buffer.from("0101ff", "hex")), true);
  assert.equal(made(false).includes(Buffer.from("0101ff", "hex")), false);
});

test("wraps PEM at 64 characters", () => {
  const keys = createKeyPair();
  const pem = signCertificate(
    { subject, issuer: subject, publicKey: keys.publicKey, from: 0, to: 1000, extensions: [] },
    keys.privateKey,
  );
  const lines = pem.trimEnd().split("\n");
  assert.deepEqual([lines[0], lines.at(-1)], ["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"]);
  assert.equal(
    lines.slice(1, -2).every((line) => line.length === 64),
    true,
  );
});

test("tells a certificate's age, its head start for slow clocks left out", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const made = createAuthority({ commonName: "landlord", now });
  assert.equal(isOlderThan(made.certificate, 60_000, now + 59_000), false);
  assert.equal(isOlderThan(made.certificate, 60_000, now + 60_000), true);
});
