// Admission requests, facts and a policy to test with: tenant-a and tenant-b are tenants' and ready, flux-system is the platform's.
import type { TenantNamespace } from "../../src/model/tenant.ts";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { Facts } from "../../webhooks/facts.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import type { Policy } from "../../webhooks/policy.ts";
import { readEntry, type UrlEntry } from "../../webhooks/source-url.ts";
import type { Resource } from "../../webhooks/validating/resource.ts";

export const LANDLORD = "system:serviceaccount:landlord:landlord";
export const TENANT_USER = { username: "system:serviceaccount:tenant-a:tenant-a", groups: ["system:authenticated"] };
export const ADMIN_USER = { username: "alice@example.com", groups: ["system:authenticated", "platform-admins"] };

const CONTROLLERS = [
  "system:serviceaccount:flux-system:source-controller",
  "system:serviceaccount:flux-system:kustomize-controller",
  "system:serviceaccount:flux-system:helm-controller",
  "system:serviceaccount:argocd:argocd-application-controller",
  "system:serviceaccount:argocd:argocd-applicationset-controller",
];

export function testPolicy(overrides: Partial<Policy> = {}): Policy {
  return {
    tenantLabels: ["landlord.dev/tenant", "toolkit.fluxcd.io/tenant"],
    ownUser: LANDLORD,
    profile: "strict",
    profiles: [],
    tenants: null,
    tenantsBeingDeleted: new Set(),
    tenantNamespaceSets: false,
    platformNamespaces: new Set(["flux-system", "kube-system", "argocd"]),
    adminGroups: new Set(["platform-admins"]),
    adminUsers: new Set(["root@example.com"]),
    controllers: new Set(CONTROLLERS),
    exceptions: [],
    warnOnly: [],
    serviceAccounts: null,
    defaultServiceAccount: "",
    sharedSources: [],
    allowExternalArtifact: false,
    allowedKubeConfigSecrets: new Map(),
    shardLabels: ["sharding.fluxcd.io/key"],
    allowedShards: new Map(),
    allowedSourceUrls: null,
    protectedKeys: [
      "landlord.dev/",
      "toolkit.fluxcd.io/tenant",
      "pod-security.kubernetes.io/",
      "kubernetes.io/metadata.name",
    ],
    wideClusterRoles: new Set(),
    resourceSets: { enabled: false },
    argoNamespace: "argocd",
    allowedProjects: new Map([["tenant-a", ["team-a"]]]),
    allowedServers: ["https://kubernetes.default.svc"],
    allowedClusterNames: ["in-cluster"],
    allowedRepos: urlEntries("https://github.com/org/"),
    allowedPlugins: [],
    applicationSets: { enabled: false, generators: [] },
    unknownResources: "deny",
    defaulting: { serviceAccountName: false, targetNamespace: false },
    ...overrides,
  };
}

/** Entries of an allow-list of URLs. */
export function urlEntries(...texts: string[]): UrlEntry[] {
  return texts.map((text) => {
    const entry = readEntry(text);
    if ("refused" in entry) throw new Error(`${text}: ${entry.refused}`);
    return entry;
  });
}

/** Knows tenant-a, tenant-b and `constructor` (ready), tenant-new (not ready), tenant-gone (being deleted) and plain (no tenant's). */
export function testFacts({ synced = true, wideRoles = [] as readonly string[] } = {}): Facts {
  const namespaces = new Map<string, TenantNamespace>();
  const add = (name: string, rest: Partial<TenantNamespace> & { ready: boolean }): void =>
    void namespaces.set(name, { name, uid: `uid-of-${name}`, initializing: !rest.ready, terminating: false, ...rest });
  for (const name of ["tenant-a", "tenant-b", "constructor"]) add(name, { tenant: name, ready: true });
  add("tenant-a-too", { tenant: "tenant-a", ready: true, labels: { "landlord.dev/tier": "trial" } });
  add("tenant-new", { tenant: "new", ready: false });
  add("tenant-gone", { tenant: "gone", ready: true, terminating: true });
  add("plain", { ready: false });
  return {
    synced: () => synced,
    namespace: (name) => namespaces.get(name),
    isWideRole: (name) => wideRoles.includes(name),
  };
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

/** The creation of an object of any resource in tenant-a by that tenant; metadata is filled in. */
export function requestFor(
  resource: Resource,
  object: JsonObject,
  overrides: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  const { group, version, kind } = resource;
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return kustomizationRequest(
    { apiVersion, kind, metadata: { name: "app", namespace: "tenant-a" }, ...object },
    { kind: { group, version, kind }, resource: { group, version, resource: resource.resource }, ...overrides },
  );
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
