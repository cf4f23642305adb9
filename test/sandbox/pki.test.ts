import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createPki, PKI } from "../../sandbox/pki.ts";
import { scratch } from "../helpers/scratch.ts";

describe("the keys of a sandbox", () => {
  it("hold a certificate for the names that the apiserver is called by, signed by the authority that is given back", async (t) => {
    const directory = await scratch(t);
    const ca = new X509Certificate(await createPki(directory));
    const certificate = new X509Certificate(await readFile(join(directory, PKI.certificate)));
    assert.ok(certificate.verify(ca.publicKey) && certificate.checkIssued(ca));
    assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
    for (const name of ["localhost", "kubernetes.default.svc"]) assert.equal(certificate.checkHost(name), name);
    assert.ok(certificate.checkPrivateKey(createPrivateKey(await readFile(join(directory, PKI.key)))));
    assert.equal(new X509Certificate(await readFile(join(directory, PKI.ca))).fingerprint256, ca.fingerprint256);
  });

  it("hold the pair for ServiceAccount tokens, in files that only their owner reads", async (t) => {
    const directory = await scratch(t);
    await createPki(directory);
    const signer = createPublicKey(await readFile(join(directory, PKI.tokenSigner)));
    const verifier = createPublicKey(await readFile(join(directory, PKI.tokenVerifier)));
    assert.ok(signer.equals(verifier));
    assert.equal((await stat(join(directory, PKI.tokenSigner))).mode & 0o777, 0o600);
  });
});
