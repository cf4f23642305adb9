// Admission requests, facts and a policy to test with: tenant-a and tenant-b are tenants' and ready, flux-system is the platform's.
import type { TenantNamespace } from "../../src/model/tenant.ts";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { Facts } from "../../webhooks/facts.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import type { Policy } from "../../webhooks/policy.ts";

export const LANDLORD = "system:serviceaccount:landlord:landlord";
export const TENANT_USER = { username: "system:serviceaccount:tenant-a:tenant-a", groups: ["system:authenticated"] };
export const ADMIN_USER = { username: "alice@example.com", groups: ["system:authenticated", "platform-admins"] };

export function testPolicy(overrides: Partial<Policy> = {}): Policy {
  return {
    tenantLabels: ["landlord.dev/tenant", "toolkit.fluxcd.io/tenant"],
    platformNamespaces: new Set(["flux-system", "kube-system"]),
    adminGroups: new Set(["platform-admins"]),
    adminUsers: new Set(["root@example.com"]),
    ownUser: LANDLORD,
    sharedSources: [],
    allowedServiceAccounts: (namespace) => [namespace],
    ...overrides,
  };
}

/** Knows tenant-a, tenant-b and `constructor` (ready), tenant-new (not ready) and plain (no tenant's). */
export function testFacts({ synced = true }: { synced?: boolean } = {}): Facts {
  const namespaces = new Map<string, TenantNamespace>();
  const add = (name: string, rest: { tenant?: string; ready: boolean }): void =>
    void namespaces.set(name, { name, uid: `uid-of-${name}`, initializing: !rest.ready, terminating: false, ...rest });
  for (const name of ["tenant-a", "tenant-b", "constructor"]) add(name, { tenant: name, ready: true });
  add("tenant-new", { tenant: "new", ready: false });
  add("plain", { ready: false });
  return { synced: () => synced, namespace: (name) => namespaces.get(name) };
}

const KUSTOMIZE = { group: "kustomize.toolkit.fluxcd.io", version: "v1" };

/** The creation of a Kustomization in tenant-a by that tenant. */
export function kustomizationRequest(object: JsonObject, overrides: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
    kind: { ...KUSTOMIZE, kind: "Kustomization" },
    resource: { ...KUSTOMIZE, resource: "kustomizations" },
    subResource: "",
    name: "app",
    namespace: "tenant-a",
    operation: "CREATE",
    user: TENANT_USER,
    object,
    dryRun: false,
    ...overrides,
  };
}

/** A Kustomization of tenant-a that breaks no rule but for what `spec` says otherwise; undefined takes a field out. */
export function kustomization(spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "app", namespace: "tenant-a", ...metadata },
    spec: {
      interval: "5m",
      path: "./",
      prune: true,
      serviceAccountName: "tenant-a",
      sourceRef: { kind: "GitRepository", name: "app" },
      targetNamespace: "tenant-a",
      ...spec,
    },
  };
}

/** A request about a core object: pods or namespaces. */
export function coreRequest(
  resource: "pods" | "namespaces",
  object: JsonObject,
  overrides: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  return kustomizationRequest(object, {
    kind: { group: "", version: "v1", kind: resource === "pods" ? "Pod" : "Namespace" },
    resource: { group: "", version: "v1", resource },
    ...overrides,
  });
}

/** The same value, which throws from now on when something writes to it. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFrozen(item);
  }
  return value;
}
