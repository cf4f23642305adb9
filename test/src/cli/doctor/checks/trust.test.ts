import assert from "node:assert/strict";
import { test } from "node:test";
import { trust } from "../../../../../src/cli/doctor/checks/trust.ts";
import type { Secret } from "../../../../../src/model/kube-object.ts";
import { found, patient } from "../../../../helpers/doctor.ts";
import { putCertificate, putConfigurations, putSecret } from "../../../../helpers/webhook-configurations.ts";

test("is content where every bundle holds the authority", async () => {
  const { kube, context } = patient();
  putConfigurations(kube, putCertificate(kube));
  assert.deepEqual(await found(trust, context), ["ok: the webhooks trust the authority that is served"]);
});

test("names the webhooks that trust another", async () => {
  const { kube, context } = patient();
  const other = putCertificate(kube);
  const ca = putCertificate(kube);
  putConfigurations(kube, other);
  const lines = await found(trust, context);
  assert.equal(lines.length, 2);
  assert.match(
    lines[0] ?? "",
    /^problem: MutatingWebhookConfiguration landlord: caBundle of namespaces\.landlord\.dev, pods/,
  );
  putConfigurations(kube, `${other}${ca}`);
  assert.match((await found(trust, context)).join(), /^ok/);
});

test("sees a certificate beside the wrong authority, and that there is none", async () => {
  const { kube, context } = patient();
  assert.match((await found(trust, context)).join(), /^problem: there is no authority yet/);
  putCertificate(kube);
  const secret = kube.get<Secret>("Secret", { namespace: "landlord", name: "landlord-webhook-certificate" });
  const certificate = Buffer.from(secret?.data?.["tls.crt"] ?? "", "base64").toString();
  putSecret(kube, { ca: putCertificate(kube), certificate });
  assert.match((await found(trust, context)).join(), /^problem: the certificate was signed by another authority/);
});
