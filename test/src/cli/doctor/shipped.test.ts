import assert from "node:assert/strict";
import { test } from "node:test";
import { shippedManifests, shippedOf } from "../../../../src/cli/doctor/shipped.ts";
import { SETTINGS } from "../../../helpers/doctor.ts";

test("reads rights and webhooks from the manifests that are shipped", () => {
  const { clusterRole, role, mutating, validating } = shippedManifests(SETTINGS);
  assert.ok(clusterRole.length > 10 && role.length > 2);
  assert.ok(mutating.some(({ name }) => name === "pods.landlord.dev"));
  assert.ok(validating.every(({ rules = [] }) => rules.length > 0));
});

test("speaks of them in the words of the installation", () => {
  const settings = {
    ...SETTINGS,
    namespace: "rooms",
    ownUser: "system:serviceaccount:rooms:keeper",
    clusterRole: "tenant",
    webhookConfiguration: "rooms",
    certificateSecret: "tls",
  };
  const text = JSON.stringify(shippedManifests(settings));
  for (const name of [
    '"namespace":"landlord"',
    "serviceaccount:landlord",
    '["landlord-tenant"]',
    '["landlord"]',
    "landlord-webhook-certificate",
  ]) {
    assert.ok(!text.includes(name), name);
  }
  for (const name of ['["rooms","kube-system"]', "system:serviceaccount:rooms:keeper", '["tenant"]', '["tls"]']) {
    assert.ok(text.includes(name), name);
  }
});

test("has nothing to say of what is not there", () => {
  assert.deepEqual(shippedOf([], SETTINGS), { clusterRole: [], role: [], mutating: [], validating: [] });
});
