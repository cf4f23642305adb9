import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createAuthority } from "../../../../certs/authority.ts";
import { readCertificates, servedCertificate } from "../../../../src/cli/doctor/served-certificate.ts";
import { patient, SETTINGS } from "../../../helpers/doctor.ts";
import { kubeError } from "../../../helpers/kube-fake.ts";
import { scratch } from "../../../helpers/scratch.ts";

const encode = (text: string): string => Buffer.from(text).toString("base64");

test("reads the public half of the Secret, or says that there is none", async () => {
  const { kube, context } = patient();
  assert.equal(await servedCertificate(context), undefined);
  const metadata = { name: "landlord-webhook-certificate", namespace: "landlord" };
  const data = { "ca.crt": encode("ca"), "ca.key": encode("never") };
  kube.put({ apiVersion: "v1", kind: "Secret", metadata, data } as never);
  assert.deepEqual(await servedCertificate(context), { ca: "ca", certificate: "" });
  kube.failNext("get Secret", kubeError(403, "Forbidden"));
  await assert.rejects(servedCertificate(context), /Forbidden/);
});

test("reads the files that are served in place of the Secret", async (t) => {
  const directory = await scratch(t);
  await writeFile(join(directory, "ca.crt"), "ca");
  const { context } = patient({ settings: { ...SETTINGS, certificateFiles: directory } });
  await assert.rejects(servedCertificate(context), /ENOENT/);
  await writeFile(join(directory, "tls.crt"), "leaf");
  assert.deepEqual(await servedCertificate(context), { ca: "ca", certificate: "leaf" });
});

test("reads every certificate of a text, and takes nothing else for one", () => {
  const [a, b] = [0, 1].map((now) => createAuthority({ commonName: "landlord", now }).certificate);
  const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  assert.equal(readCertificates(`# two\n${a}${broken}${b}`).length, 2);
  for (const text of ["", "nonsense", broken]) assert.deepEqual(readCertificates(text), []);
});
