import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "../../../src/metrics.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createCertificateReport } from "../../../src/tls/certificate-report.ts";

function start() {
  const metrics = createMetrics();
  const told: string[] = [];
  const events = {
    record: (
      { kind, metadata }: KubeObject,
      { type, reason, message }: Record<"type" | "reason" | "message", string>,
    ) => void told.push([kind, metadata.namespace ?? "-", metadata.name, type, reason, message].join("|")),
  };
  const report = createCertificateReport({ events, namespace: "home", secret: "pair", metrics });
  const figures = async (): Promise<object> => {
    const { values } = await metrics.certificateChanges.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.change, value]));
  };
  return { report, told, figures };
}

test("has the figures that are alerted on from the beginning, so that their first change is an increase", async () => {
  assert.deepEqual(await start().figures(), { authority: 0, restored: 0, refused: 0, "put-back": 0 });
});

test("counts what is written, and tells only of what was missing or spoiled", async () => {
  const { report, told, figures } = start();
  report.written("created", { reason: "there are none", servable: false });
  report.written("leaf", { reason: "certificate is past two thirds of its life", servable: true });
  assert.deepEqual(told, []);
  report.written("restored", { reason: "authority is unreadable", servable: false });
  assert.deepEqual(told, [
    "Secret|home|pair|Warning|CertificateReplaced|certificates were missing or unusable and have been replaced: authority is unreadable",
  ]);
  const counted = { created: 1, leaf: 1, restored: 1, authority: 0, refused: 0, "put-back": 0 };
  assert.deepEqual(await figures(), counted);
});

test("tells why files were refused, and not that they were taken", async () => {
  const { report, told, figures } = start();
  report.read("accepted");
  report.read("refused", "key does not match");
  assert.deepEqual(told, [
    "Namespace|-|home|Warning|CertificateRefused|certificate files refused; what was served before stays: key does not match",
  ]);
  assert.deepEqual(await figures(), { accepted: 1, refused: 1, authority: 0, restored: 0, "put-back": 0 });
});

test("tells which caBundle was put back", async () => {
  const { report, told, figures } = start();
  report.putBack("MutatingWebhookConfiguration", "landlord");
  assert.deepEqual(told, [
    "Namespace|-|home|Warning|CaBundlePutBack|caBundle of MutatingWebhookConfiguration landlord was changed by somebody and put back",
  ]);
  assert.deepEqual(await figures(), { authority: 0, restored: 0, refused: 0, "put-back": 1 });
});
