import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { startCallers, startCertificate } from "../../../src/service/certificate.ts";
import { testAuthority, testCertificate } from "../../helpers/certificate-source.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";
import { scratch } from "../../helpers/scratch.ts";

const cluster = (kube = createFakeKube()) => ({
  client: kube.client,
  credentials: { server: "https://127.0.0.1:1", headers: async () => ({}), invalidate: () => undefined },
  close: async () => undefined,
});

test("keeps a certificate of its own in the Secret that the settings name, with the lives that they name", async (t) => {
  const { parts } = await partsOf(t, {
    LANDLORD_CERTIFICATE_SECRET: "mine",
    LANDLORD_CERTIFICATE_LIFETIME: "1h",
    LANDLORD_CERTIFICATE_AUTHORITY_LIFETIME: "3h",
  });
  const kube = createFakeKube();
  const { source, caBundle } = startCertificate(parts, cluster(kube));
  await eventually("there is one", () => source.current());
  assert.ok(kube.get("Secret", { namespace: "landlord", name: "mine" }));
  assert.equal(caBundle.trusted(), false);
  const { values } = await parts.metrics.certificateExpiry.get();
  for (const { value, labels } of values) {
    const hours = (value - Date.now() / 1000) / 3600;
    assert.equal(Math.round(hours), labels.certificate === "ca" ? 3 : 1);
  }
});

test("serves files where the settings name a directory, and touches no Secret", async (t) => {
  const directory = await scratch(t);
  const { ca, certificate, key } = testCertificate(testAuthority());
  for (const [name, text] of Object.entries({ "ca.crt": ca, "tls.crt": certificate, "tls.key": key })) {
    await writeFile(join(directory, name), text);
  }
  const { parts } = await partsOf(t, {
    LANDLORD_CERTIFICATE_FILES: directory,
    LANDLORD_CERTIFICATE_NAMES: "localhost",
  });
  const kube = createFakeKube();
  const { source } = startCertificate(parts, cluster(kube));
  await eventually("it is served", () => source.current()?.certificate === certificate);
  assert.deepEqual(kube.writes(), []);
});

test("makes an Event of a Secret that was spoiled, and of files that are refused", async (t) => {
  const told = (kube: ReturnType<typeof createFakeKube>): string[] =>
    [...kube.cache<KubeObject & { reason: string; involvedObject: { kind: string } }>("Event").values()].map(
      ({ metadata, reason, involvedObject: { kind } }) => `${metadata.namespace} ${kind} ${reason}`,
    );
  const spoiled = createFakeKube();
  spoiled.put({ apiVersion: "v1", kind: "Secret", metadata: { namespace: "landlord", name: "mine" } });
  startCertificate((await partsOf(t, { LANDLORD_CERTIFICATE_SECRET: "mine" })).parts, cluster(spoiled));
  await eventually("it is told", () => told(spoiled).join() === "landlord Secret CertificateReplaced");
  const refused = createFakeKube();
  startCertificate((await partsOf(t, { LANDLORD_CERTIFICATE_FILES: await scratch(t) })).parts, cluster(refused));
  await eventually("it is told", () => told(refused).join() === "landlord Namespace CertificateRefused");
});

test("lets anybody call unless the settings say who may, and says what it waits for", async (t) => {
  const anybody = await partsOf(t, {});
  assert.equal(startCallers(anybody.parts), undefined);
  const path = join(await scratch(t), "ca.crt");
  const some = await partsOf(t, { LANDLORD_CLIENT_CA_FILE: path, LANDLORD_CLIENT_NAMES: "one, two" });
  const callers = startCallers(some.parts);
  assert.deepEqual(callers?.names, new Set(["one", "two"]));
  assert.match((await some.health("/readyz")).text, /authorities of callers/);
  await writeFile(path, testAuthority().certificate);
  await eventually("it is ready", async () => (await some.health("/readyz")).status === 200);
});
