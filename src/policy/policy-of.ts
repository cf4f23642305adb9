// Completes a policy: what the file says, and where it says nothing, what the settings or the service have it be.
import type { Policy, SharedSource } from "../../webhooks/policy.ts";
import { OWN_PREFIX } from "../model/labels.ts";
import type { PolicySpec } from "./spec.ts";

/** What does not come from the file. The service's settings fit as they are; `ruleIds` are the ids of all rules. */
export interface PolicyBase {
  /** Landlord's own namespace: always a platform's. */
  namespace: string;
  ownUser: string;
  tenantLabels: readonly string[];
  platformNamespaces: ReadonlySet<string>;
  adminGroups: ReadonlySet<string>;
  adminUsers: ReadonlySet<string>;
  sharedSources: readonly SharedSource[];
  ruleIds: ReadonlySet<string>;
}

export const PROTECTED_KEYS: readonly string[] = [
  OWN_PREFIX,
  "toolkit.fluxcd.io/tenant",
  "pod-security.kubernetes.io/",
  "kubernetes.io/metadata.name",
];
const FLUX_CONTROLLERS = [
  "source-controller",
  "source-watcher",
  "kustomize-controller",
  "helm-controller",
  "notification-controller",
  "image-reflector-controller",
  "image-automation-controller",
];
/** Acts on nothing of a tenant's unless there are ResourceSets. */
const FLUX_OPERATOR = "flux-operator";
const ARGO_CONTROLLERS = ["argocd-application-controller", "argocd-applicationset-controller"];

/** A key of the file replaces the default as a whole. Landlord's own namespace, user and labels are protected whatever it says. */
export function policyOf(spec: PolicySpec, base: PolicyBase): Policy {
  const argoNamespace = spec.argoNamespace ?? "argocd";
  const hasResourceSets = spec.resourceSets?.enabled ?? false;
  return {
    tenantLabels: base.tenantLabels,
    ownUser: base.ownUser,
    profile: spec.profile ?? "strict",
    profiles: spec.profiles ?? [],
    tenants: spec.tenants ?? null,
    tenantsBeingDeleted: spec.tenantsBeingDeleted ?? new Set(),
    tenantNamespaceSets: spec.tenantNamespaceSets ?? false,
    platformNamespaces: new Set([...(spec.platformNamespaces ?? base.platformNamespaces), base.namespace]),
    adminGroups: spec.adminGroups ?? base.adminGroups,
    adminUsers: spec.adminUsers ?? base.adminUsers,
    controllers: new Set([...(spec.controllers ?? controllersOf(argoNamespace, hasResourceSets)), base.ownUser]),
    exceptions: (spec.exceptions ?? []).map(({ value, ...exception }) => ({ ...exception, value })),
    warnOnly: spec.warnOnly ?? [],
    serviceAccounts: spec.allowedServiceAccounts ?? null,
    defaultServiceAccount: spec.defaultServiceAccount ?? "",
    sharedSources: spec.sharedSources ?? base.sharedSources,
    allowExternalArtifact: spec.allowExternalArtifact ?? false,
    allowedKubeConfigSecrets: spec.allowedKubeConfigSecrets ?? new Map(),
    shardLabels: spec.shardLabels ?? ["sharding.fluxcd.io/key"],
    allowedShards: spec.allowedShards ?? new Map(),
    allowedSourceUrls: spec.allowedSourceUrls ?? null,
    protectedKeys: [...new Set([OWN_PREFIX, ...(spec.protectedKeys ?? PROTECTED_KEYS)])],
    wideClusterRoles: spec.wideClusterRoles ?? new Set(),
    resourceSets: { enabled: hasResourceSets },
    argoNamespace,
    allowedProjects: spec.allowedProjects ?? new Map(),
    allowedServers: spec.allowedServers ?? ["https://kubernetes.default.svc"],
    allowedClusterNames: spec.allowedClusterNames ?? ["in-cluster"],
    allowedRepos: spec.allowedRepos ?? [],
    allowedPlugins: spec.allowedPlugins ?? [],
    applicationSets: {
      enabled: spec.applicationSets?.enabled ?? false,
      generators: spec.applicationSets?.generators ?? [],
    },
    unknownResources: spec.unknownResources ?? "deny",
    defaulting: {
      serviceAccountName: spec.defaulting?.serviceAccountName ?? false,
      targetNamespace: spec.defaulting?.targetNamespace ?? false,
    },
  };
}

function controllersOf(argoNamespace: string, hasResourceSets: boolean): string[] {
  return [
    ...[...FLUX_CONTROLLERS, ...(hasResourceSets ? [FLUX_OPERATOR] : [])].map(
      (name) => `system:serviceaccount:flux-system:${name}`,
    ),
    ...ARGO_CONTROLLERS.map((name) => `system:serviceaccount:${argoNamespace}:${name}`),
  ];
}
