import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { test } from "node:test";
import { createKeyPair, isP256, privateKeyPem } from "../../certs/keypair.ts";

test("makes a P-256 pair whose halves belong together", () => {
  const { publicKey, privateKey } = createKeyPair();
  const signature = sign("sha256", Buffer.from("a text"), privateKey);
  assert.equal(isP256(privateKey), true);
  assert.equal(verify("sha256", Buffer.from("a text"), publicKey, signature), true);
});

test("makes another key every time", () => {
  assert.notEqual(privateKeyPem(createKeyPair().privateKey), privateKeyPem(createKeyPair().privateKey));
});

test("writes the private key as PKCS#8 PEM that reads back as the same key", () => {
  const { privateKey } = createKeyPair();
  const pem = privateKeyPem(privateKey);
  assert.match(pem, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.equal(createPrivateKey(pem).equals(privateKey), true);
});

test("tells P-256 from other curves and kinds", () => {
  assert.equal(isP256(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey), false);
  assert.equal(isP256(generateKeyPairSync("ed25519").privateKey), false);
});
