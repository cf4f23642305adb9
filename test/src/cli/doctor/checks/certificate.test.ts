import assert from "node:assert/strict";
import { test } from "node:test";
import { certificate } from "../../../../../src/cli/doctor/checks/certificate.ts";
import { found, NOW, patient } from "../../../../helpers/doctor.ts";
import { putCertificate, putSecret } from "../../../../helpers/webhook-configurations.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** What is said `later` ms after the certificate was made. */
async function said(later: number): Promise<string[]> {
  const { kube, context } = patient({ now: () => NOW + later });
  putCertificate(kube);
  return await found(certificate, context);
}

test("is content until the renewal is overdue", async () => {
  assert.deepEqual(await said(0), [
    "ok: the certificate is valid until 2026-01-08T00:00:00.000Z",
    "ok: its authority is valid until 2027-01-01T00:00:00.000Z",
  ]);
  assert.match((await said(5 * DAY))[0] ?? "", /^ok/);
  assert.match(
    (await said(6 * DAY))[0] ?? "",
    /^warning: the certificate ends in 24 h and should have been renewed -> kubectl logs/,
  );
});

test("says that it is over, or not valid yet", async () => {
  assert.match(
    (await said(7 * DAY))[0] ?? "",
    /^problem: .* refuses it -> kubectl rollout restart deployment\/landlord -n landlord$/,
  );
  assert.match((await said(-HOUR))[0] ?? "", /^problem: the certificate is valid only from/);
});

test("says that there is none, or none that can be read", async () => {
  const { kube, context } = patient();
  assert.match(
    (await found(certificate, context)).join(),
    /^problem: Secret landlord\/landlord-webhook-certificate is missing/,
  );
  putSecret(kube, { ca: "x", certificate: "y" });
  assert.match(
    (await found(certificate, context)).join(),
    /can be read -> kubectl delete secret landlord-webhook-certificate -n landlord$/,
  );
});
