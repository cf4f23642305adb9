import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { createAuthority } from "../../certs/authority.ts";
import { issueLeaf } from "../../certs/leaf.ts";
import { covers, isValid, signs } from "../../certs/x509.ts";

const NOW = Date.UTC(2026, 0, 1);
const authority = createAuthority({ commonName: "landlord", now: NOW });
const namesake = new X509Certificate(createAuthority({ commonName: "landlord", now: NOW }).certificate);
const other = new X509Certificate(createAuthority({ commonName: "other", now: NOW }).certificate);
const ca = new X509Certificate(authority.certificate);
const names = ["landlord.landlord.svc", "*.example.com", "127.0.0.1"];
const leaf = new X509Certificate(issueLeaf(authority, { names, now: NOW, commonName: "landlord" }).certificate);

describe("an issuer", () => {
  it("has signed what it says and no other of its name has", () => {
    assert.equal(signs(ca, leaf), true);
    assert.equal(signs(namesake, leaf), false);
    assert.equal(signs(other, leaf), false);
    assert.equal(signs(leaf, ca), false);
  });
});

describe("a certificate", () => {
  it("is valid from its beginning until just before its end", () => {
    const [from, to] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()];
    assert.deepEqual(
      [from - 1, from, to - 1, to].map((now) => isValid(leaf, now)),
      [false, true, true, false],
    );
  });

  for (const [name, expected] of [
    ["landlord.landlord.svc", true],
    ["a.example.com", true],
    ["a.b.example.com", false],
    ["127.0.0.1", true],
    ["127.0.0.2", false],
    ["landlord", false],
  ] as const)
    it(`${expected ? "covers" : "does not cover"} ${name}`, () => assert.equal(covers(leaf, name), expected));
});
