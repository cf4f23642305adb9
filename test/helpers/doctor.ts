// What a check of `landlord doctor` is given, over a fake API server; tests change what they are about.
import type { Check, Cluster, Context } from "../../src/cli/doctor/check.ts";
import { boundedCluster } from "../../src/cli/doctor/cluster.ts";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import { type Shipped, shippedManifests } from "../../src/cli/doctor/shipped.ts";
import type { InstallationSettings } from "../../src/cli/installation.ts";
import { createFakeKube, type FakeKube } from "./kube-fake.ts";

export const NOW = Date.parse("2026-01-01T00:00:00Z");

export const SETTINGS: InstallationSettings = {
  namespace: "landlord",
  ownUser: "system:serviceaccount:landlord:landlord",
  roles: new Set(["webhooks", "initializer"]),
  webhookConfiguration: "landlord",
  certificateSecret: "landlord-webhook-certificate",
  clusterRole: "landlord-tenant",
  tenantLabels: ["landlord.dev/tenant"],
  platformNamespaces: new Set(["kube-system", "default", "landlord"]),
};

export interface Patient {
  kube: FakeKube;
  context: Context;
  /** The context with other words for the cluster. */
  having: (cluster: Partial<Cluster>) => Context;
}

export function patient(overrides: Partial<Context> = {}): Patient {
  const kube = createFakeKube();
  const context: Context = {
    cluster: boundedCluster(kube.client, new AbortController().signal),
    settings: SETTINGS,
    shipped: SHIPPED,
    version: "v1.36.2",
    skewMs: 0,
    now: () => NOW,
    ...overrides,
  };
  return { kube, context, having: (cluster) => ({ ...context, cluster: { ...context.cluster, ...cluster } }) };
}

export const SHIPPED: Shipped = shippedManifests(SETTINGS);

/** Status, and what is said: `problem: Lease … -> kubectl …`. */
export const found = async (check: Check, context: Context): Promise<string[]> =>
  (await check.check(context)).map(inOneLine);

export const inOneLine = ({ status, message, command }: Finding): string =>
  `${status}: ${message}${command === "" ? "" : ` -> ${command}`}`;
