// One good object of tenant-a for every kind that rules are about, and how it comes: with it, no rule has anything to say.
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import { isObject, type JsonObject, own } from "../../webhooks/json.ts";
import type { Policy } from "../../webhooks/policy.ts";
import type { Resource } from "../../webhooks/validating/resource.ts";
import * as resources from "../../webhooks/validating/resource.ts";
import { ADMIN_USER, requestFor } from "./admission.ts";

export interface Good {
  resource: Resource;
  /** Without apiVersion and kind, and without metadata where a name and the namespace are all of it. */
  object: JsonObject;
  /** How it is asked for, where a tenant may not create it. */
  request?: Partial<AdmissionRequest>;
  /** What the policy must say so that a tenant may have it. */
  policy?: Partial<Policy>;
}

/** Parts that are laid over a good object: keys of spec are replaced whole, metadata is merged, other keys are replaced. */
export interface Parts {
  spec?: unknown;
  metadata?: unknown;
  [key: string]: unknown;
}

export const SOURCE_CONTROLLER = { username: "system:serviceaccount:flux-system:source-controller", groups: [] };

const REPOSITORY = { repoURL: "https://github.com/org/app", path: "deploy", targetRevision: "main" };
const APPLICATION = {
  project: "team-a",
  source: REPOSITORY,
  destination: { server: "https://kubernetes.default.svc", namespace: "tenant-a" },
};
const NAMESPACE = { metadata: { name: "tenant-a", uid: "u-1", labels: { "landlord.dev/tenant": "a", app: "web" } } };
const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "made", namespace: "tenant-a" } };
const ACCOUNT = { kind: "ServiceAccount", name: "tenant-a", namespace: "tenant-a" };
const role = (name: string): JsonObject => ({ apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name });

const LIST: readonly Good[] = [
  spec(resources.KUSTOMIZATIONS, {
    interval: "5m",
    path: "./",
    prune: true,
    serviceAccountName: "tenant-a",
    sourceRef: { kind: "GitRepository", name: "app" },
    targetNamespace: "tenant-a",
  }),
  spec(resources.HELM_RELEASES, {
    interval: "5m",
    serviceAccountName: "tenant-a",
    chart: { spec: { chart: "web", sourceRef: { kind: "HelmRepository", name: "charts" } } },
  }),
  spec(resources.GIT_REPOSITORIES, { interval: "5m", url: "https://github.com/org/app" }),
  spec(resources.OCI_REPOSITORIES, { interval: "5m", url: "oci://ghcr.io/org/app" }),
  spec(resources.HELM_REPOSITORIES, { interval: "5m", url: "https://charts.example.com/web" }),
  spec(resources.BUCKETS, { interval: "5m", endpoint: "minio.example.com", bucketName: "app" }),
  spec(resources.HELM_CHARTS, { chart: "web", sourceRef: { kind: "HelmRepository", name: "charts" } }),
  {
    resource: resources.EXTERNAL_ARTIFACTS,
    object: { spec: { sourceRef: { kind: "ArtifactGenerator", name: "app" } } },
    request: { user: SOURCE_CONTROLLER },
  },
  spec(resources.ARTIFACT_GENERATORS, {
    sources: [{ alias: "app", kind: "GitRepository", name: "app" }],
    artifacts: [{ name: "app", copy: [{ from: "@app/**", to: "@artifact/" }] }],
  }),
  spec(resources.ALERTS, { providerRef: { name: "chat" }, eventSources: [{ kind: "Kustomization", name: "*" }] }),
  spec(resources.PROVIDERS, { type: "slack", channel: "web", secretRef: { name: "chat" } }),
  spec(resources.RECEIVERS, { type: "github", resources: [{ kind: "GitRepository", name: "app" }] }),
  spec(resources.IMAGE_REPOSITORIES, { interval: "1h", image: "ghcr.io/org/app" }),
  spec(resources.IMAGE_POLICIES, { imageRepositoryRef: { name: "app" }, policy: { semver: { range: "1.x" } } }),
  spec(resources.IMAGE_UPDATE_AUTOMATIONS, { interval: "1h", sourceRef: { kind: "GitRepository", name: "app" } }),
  {
    ...spec(resources.RESOURCE_SETS, { serviceAccountName: "tenant-a", resources: [CONFIG_MAP] }),
    policy: { resourceSets: { enabled: true } },
  },
  {
    ...spec(resources.RESOURCE_SET_INPUT_PROVIDERS, { type: "Static", serviceAccountName: "tenant-a" }),
    policy: { resourceSets: { enabled: true } },
  },
  { ...spec(resources.FLUX_INSTANCES, { distribution: { version: "2.x" } }), request: { namespace: "flux-system" } },
  { ...spec(resources.FLUX_REPORTS, { distribution: { status: "ok" } }), request: { namespace: "flux-system" } },
  spec(resources.APPLICATIONS, APPLICATION),
  {
    ...spec(resources.APPLICATION_SETS, {
      generators: [{ list: { elements: [{ name: "web" }] } }],
      template: { metadata: { name: "{{name}}" }, spec: APPLICATION },
    }),
    policy: { applicationSets: { enabled: true, generators: ["list"] } },
  },
  {
    resource: resources.APP_PROJECTS,
    object: { metadata: { name: "team-a", namespace: "argocd" }, spec: { sourceRepos: ["*"] } },
    request: { namespace: "argocd", user: ADMIN_USER },
  },
  {
    resource: resources.NAMESPACES,
    object: NAMESPACE,
    request: { operation: "UPDATE", oldObject: NAMESPACE, name: "tenant-a" },
  },
  { resource: resources.ROLE_BINDINGS, object: { roleRef: role("landlord-tenant"), subjects: [ACCOUNT] } },
  {
    resource: resources.CLUSTER_ROLE_BINDINGS,
    object: { metadata: { name: "app" }, roleRef: role("view"), subjects: [{ kind: "User", name: "alice" }] },
    request: { namespace: "", user: ADMIN_USER },
  },
];

/** By kind. */
export const GOOD: ReadonlyMap<string, Good> = new Map(LIST.map((good) => [good.resource.kind, good]));

export function goodOf(kind: string): Good {
  const good = GOOD.get(kind);
  if (good === undefined) throw new Error(`there is no good ${kind}`);
  return good;
}

/** The request for a good object with `parts` laid over it. */
export function goodRequest(
  { resource, object, request }: Good,
  parts: Parts = {},
  overrides: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  return requestFor(resource, laidOver(object, parts), { ...request, ...overrides });
}

function laidOver(object: JsonObject, { spec: given, metadata, ...rest }: Parts): JsonObject {
  const base = { metadata: { name: "app", namespace: "tenant-a" }, ...object };
  return {
    ...base,
    ...rest,
    ...(given === undefined ? {} : { spec: isObject(given) ? merged(own(base, "spec"), given) : given }),
    ...(metadata === undefined ? {} : { metadata: isObject(metadata) ? deeply(base.metadata, metadata) : metadata }),
  };
}

function merged(base: unknown, parts: JsonObject): JsonObject {
  return { ...(isObject(base) ? base : {}), ...parts };
}

/** One level deeper: labels and annotations are merged, too. */
function deeply(base: JsonObject, parts: JsonObject): JsonObject {
  const inner = Object.entries(parts).map(([key, value]) => {
    const before = own(base, key);
    return [key, isObject(before) && isObject(value) ? merged(before, value) : value];
  });
  return { ...base, ...(Object.fromEntries(inner) as JsonObject) };
}

function spec(resource: Resource, content: JsonObject): Good {
  return { resource, object: { spec: content } };
}
