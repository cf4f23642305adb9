import assert from "node:assert/strict";
import { test } from "node:test";
import { certificatesIn, joinCertificates } from "../../certs/pem.ts";
import { testAuthority } from "../helpers/certificate-source.ts";

const [one, two] = [testAuthority().certificate, testAuthority().certificate];

test("finds every certificate, whatever stands between them", () => {
  assert.deepEqual(certificatesIn(`subject: one\n${one}\n# and\n${two.trimEnd()}`), [one, two]);
  assert.deepEqual(certificatesIn(testAuthority().key), []);
  assert.deepEqual(certificatesIn(""), []);
});

test("joins texts, each certificate once, in the order they are first seen", () => {
  assert.equal(joinCertificates(two, one + two, ""), two + one);
  assert.equal(joinCertificates(one, one.replaceAll("\n", "\r\n")).match(/BEGIN/g)?.length, 1);
});
