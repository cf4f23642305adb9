import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthority } from "../../../certs/authority.ts";
import { trustPatch, trusts, type WebhookConfiguration } from "../../../src/tls/webhook-trust.ts";

const pem = (): string => createAuthority({ commonName: "landlord", now: 0 }).certificate;
const [ours, other] = [pem(), pem()];
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Entries named a, b, …, each with a bundle or none. */
function configuration(...bundles: (string | undefined)[]): WebhookConfiguration {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: "landlord" },
    webhooks: bundles.map((bundle, index) => ({
      name: String.fromCharCode(97 + index),
      clientConfig: bundle === undefined ? {} : { caBundle: base64(bundle) },
    })),
  };
}

test("trusts an authority that every entry's bundle holds", () => {
  assert.equal(trusts(configuration(ours, ours), ours), true);
  assert.equal(trusts(configuration(other + ours), ours), true);
  assert.equal(trusts(configuration(ours.replaceAll("\n", "\r\n")), ours), true);
});

test("does not trust it while any entry lacks it", () => {
  assert.equal(trusts(configuration(ours, undefined), ours), false);
  assert.equal(trusts(configuration(ours, ""), ours), false);
  assert.equal(trusts(configuration(ours, other), ours), false);
  assert.equal(trusts(configuration("not PEM"), ours), false);
});

test("wants every certificate of several", () => {
  assert.equal(trusts(configuration(ours + other), other + ours), true);
  assert.equal(trusts(configuration(ours), ours + other), false);
});

test("does not take an empty list for trust, on either side", () => {
  assert.equal(trusts(configuration(), ours), false);
  assert.equal(trusts({ ...configuration(), webhooks: undefined } as never, ours), false);
  assert.equal(trusts(configuration(ours), ""), false);
});

test("patches nothing where every bundle is right", () => {
  assert.deepEqual(trustPatch(configuration(ours, ours), ours), []);
  assert.deepEqual(trustPatch(configuration(), ours), []);
});

test("patches only caBundle, only of the entries that need it, and only if they have not moved", () => {
  assert.deepEqual(trustPatch(configuration(ours, undefined, other), ours), [
    { op: "test", path: "/webhooks/1/name", value: "b" },
    { op: "add", path: "/webhooks/1/clientConfig/caBundle", value: base64(ours) },
    { op: "test", path: "/webhooks/2/name", value: "c" },
    { op: "add", path: "/webhooks/2/clientConfig/caBundle", value: base64(ours) },
  ]);
});

test("takes out certificates that are no longer trusted", () => {
  assert.equal(trustPatch(configuration(ours + other), ours).length, 2);
});

test("keeps further authorities where it is told to, and adds what is missing", () => {
  assert.deepEqual(trustPatch(configuration(other + ours), ours, { keep: true }), []);
  assert.deepEqual(trustPatch(configuration(other, undefined), ours, { keep: true }), [
    { op: "test", path: "/webhooks/0/name", value: "a" },
    { op: "add", path: "/webhooks/0/clientConfig/caBundle", value: base64(ours + other) },
    { op: "test", path: "/webhooks/1/name", value: "b" },
    { op: "add", path: "/webhooks/1/clientConfig/caBundle", value: base64(ours) },
  ]);
});
