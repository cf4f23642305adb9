import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getCACertificates } from "node:tls";
import { trustedRoots } from "../../../src/tenants/trust.ts";
import { testAuthority } from "../../helpers/certificate-source.ts";

const [one, two] = [testAuthority().certificate.trim(), testAuthority().certificate.trim()];

describe("trusted roots", () => {
  it("are the system's where there is no bundle", () => {
    assert.deepEqual(trustedRoots(undefined), getCACertificates("default"));
  });

  it("are the system's and all of the bundle's, whatever stands between them", () => {
    const bundle = `# Amazon Root CA\r\n${one.replaceAll("\n", "\r\n")}\r\n\nsubject=CN = x\n${two}`;
    const roots = trustedRoots(bundle);
    assert.equal(roots.length, getCACertificates("default").length + 2);
    assert.equal(roots.at(-1), two);
  });

  for (const bundle of [
    "",
    "no certificate",
    one.replace("BEGIN", "BEGAN"),
    "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----",
  ]) {
    it(`are refused with a bundle that holds none: ${JSON.stringify(bundle.slice(0, 30))}`, () => {
      assert.throws(() => trustedRoots(bundle), /^OwnFault: the CA bundle holds no certificate$/);
    });
  }

  it("are refused with a bundle of which one cannot be read", () => {
    const broken = two.replace(/\n[A-Za-z0-9+/]{20}/, "\n");
    assert.throws(() => trustedRoots(`${one}\n${broken}`), /certificate 2 of the CA bundle cannot be read/);
  });
});
