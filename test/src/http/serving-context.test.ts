import assert from "node:assert/strict";
import { test } from "node:test";
import { testAuthority, testCertificate } from "../../helpers/certificate-source.ts";
import { authority, GET, openDoor, slowHandler } from "../../helpers/https-door.ts";
import { shownCertificate } from "../../helpers/raw-http.ts";

test("refuses TLS 1.2 and HTTP/2, also after the certificate was changed", async (t) => {
  const { dial, source } = await openDoor(t);
  await assert.rejects(dial({ maxVersion: "TLSv1.2" }), { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
  await assert.rejects(dial({ ALPNProtocols: ["h2"] }), { code: "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL" });
  source.serve(testCertificate(authority));
  await assert.rejects(dial({ maxVersion: "TLSv1.2" }), { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
  await assert.rejects(dial({ ALPNProtocols: ["h2"] }), { code: "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL" });
});

test("shows a new certificate to new connections and keeps the open ones", async (t) => {
  const { dial, source } = await openDoor(t);
  const before = await dial();
  before.send(GET);
  await before.answer();
  const other = testAuthority();
  source.serve(testCertificate(other));

  before.send(GET + GET);
  assert.deepEqual([(await before.answer()).status, (await before.answer()).status], [200, 200]);
  const after = await dial({ ca: other.certificate });
  assert.notEqual(shownCertificate(after), shownCertificate(before));
  await assert.rejects(dial(), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
});

test("finishes an answer that is in flight while the certificate changes", async (t) => {
  const slow = slowHandler();
  const { dial, source } = await openDoor(t, slow);
  const client = await dial();
  client.send(GET);
  await slow.arrived;
  source.serve(testCertificate(testAuthority()));
  slow.release();
  assert.equal((await client.answer()).body, "late");
});

test("refuses a pair that does not match, says so without its bytes, and keeps the old one", async (t) => {
  const { dial, source, lines } = await openDoor(t);
  const [one, two] = [testCertificate(authority), testCertificate(authority)];
  const before = shownCertificate(await dial());
  source.serve({ ...one, key: two.key });
  source.serve({ ...one, key: "no key" });
  source.serve({ ...one, certificate: "no certificate" });
  assert.equal(shownCertificate(await dial()), before);
  const errors = lines.filter(({ level }) => level === "error");
  assert.equal(errors.length, 3);
  assert.equal(errors[0]?.fields["error"], "serve certificate: key does not match");
  assert.doesNotMatch(JSON.stringify(lines), /BEGIN|PRIVATE/);
});
