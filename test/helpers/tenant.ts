// A tenant and what is known of its namespace, for tests of steps.
import type { Known, Tenant } from "../../src/initializer/step.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import type { TenantRow } from "../../src/tenants/row.ts";

export const TENANT: Tenant = { id: "a", namespace: "team-a", namespaceUid: "uid-ns", clusterRole: "landlord-tenant" };

/** 2026-01-01T00:00:00Z, as tests' clocks start. */
export const NOW = Date.parse("2026-01-01T00:00:00Z");

export function knownObjects(objects: readonly KubeObject[] = [], more: Partial<Known> = {}): Known {
  return {
    now: NOW,
    clusterCa: "-----BEGIN CERTIFICATE-----\nca\n",
    find: <T extends KubeObject>(kind: string, name: string) =>
      objects.find((object) => object.kind === kind && object.metadata.name === name) as T | undefined,
    ...more,
  };
}

/** What the registry says of an enabled tenant. */
export function rowFor({ id, namespace }: Pick<Tenant, "id" | "namespace">, more: Partial<TenantRow> = {}): TenantRow {
  const where = { targetCluster: "in-cluster", repoUrl: "https://git.example.com/t.git", repoPath: `tenants/${id}` };
  return { tenantId: id, enabled: true, namespace, ...where, labels: {}, params: {}, ...more };
}

/** A token that says of itself what a ServiceAccount's does; times in seconds from `NOW`. */
export function boundTokenOf(serviceAccountUid: string, issuedAt: number, expiresAt: number): string {
  const payload = {
    iat: NOW / 1000 + issuedAt,
    exp: NOW / 1000 + expiresAt,
    "kubernetes.io": { namespace: "team-a", serviceaccount: { name: "team-a", uid: serviceAccountUid } },
  };
  return `header.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.signature`;
}

/** A token that says of itself what one in a service-account-token Secret does. */
export function legacyTokenOf(serviceAccountUid: string | undefined): string {
  const payload = { "kubernetes.io/serviceaccount/service-account.uid": serviceAccountUid };
  return `header.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.signature`;
}

export const base64 = (text: string): string => Buffer.from(text).toString("base64");
