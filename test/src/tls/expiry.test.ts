import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthority } from "../../../certs/authority.ts";
import { issueLeaf } from "../../../certs/leaf.ts";
import type { ServingCertificate } from "../../../certs/source.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { observeExpiry } from "../../../src/tls/expiry.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

function serving(lifeMs: number): ServingCertificate {
  const authority = createAuthority({ commonName: "landlord", now: NOW, lifeMs: 10_000_000 });
  return { ca: authority.certificate, ...issueLeaf(authority, { names: ["x"], now: NOW, lifeMs }) };
}

test("shows the ends of authority and leaf, now and after a change", async () => {
  const metrics = createMetrics();
  const listeners: ((certificate: ServingCertificate) => void)[] = [];
  const shown = async (): Promise<Record<string, number>> => {
    const { values } = await metrics.certificateExpiry.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.certificate, value - NOW / 1000]));
  };
  observeExpiry({ current: () => serving(60_000), subscribe: (listener) => void listeners.push(listener) }, metrics);
  assert.deepEqual(await shown(), { ca: 10_000, leaf: 60 });
  for (const listener of listeners) listener(serving(120_000));
  assert.deepEqual(await shown(), { ca: 10_000, leaf: 120 });
});

test("shows nothing while there is no certificate", async () => {
  const metrics = createMetrics();
  observeExpiry({ current: () => undefined, subscribe: () => undefined }, metrics);
  assert.deepEqual((await metrics.certificateExpiry.get()).values, []);
});
