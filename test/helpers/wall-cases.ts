// Requests to put before the second wall and the webhook's rules alike: a base object of each kind, changed by JSON Pointers.
import type { AdmissionRequest, UserInfo } from "../../webhooks/admission.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import * as resources from "../../webhooks/validating/resource.ts";

export interface WallCase {
  title: string;
  base: keyof typeof BASES;
  /** JSON Pointer to value, on the base; undefined takes out. */
  change?: Record<string, unknown>;
  /** Makes it an UPDATE: from the base with this. */
  from?: Record<string, unknown>;
  namespace?: string;
  subResource?: string;
  version?: string;
  user?: UserInfo;
  /** Rules that deny, sorted; left out: allowed. */
  denied?: readonly string[];
}

export const TENANT: UserInfo = {
  username: "system:serviceaccount:tenant-a:tenant-a",
  groups: ["system:serviceaccounts", "system:serviceaccounts:tenant-a", "system:authenticated"],
};
export const ADMIN: UserInfo = { username: "alice@example.com", groups: ["platform-admins", "system:authenticated"] };
export const KUSTOMIZE_CONTROLLER = controller("kustomize-controller");
export const SOURCE_CONTROLLER = controller("source-controller");

function controller(name: string): UserInfo {
  return { username: `system:serviceaccount:flux-system:${name}`, groups: ["system:authenticated"] };
}

const SERVER = "https://kubernetes.default.svc";
const SOURCE = { repoURL: "https://github.com/org/app", path: "deploy", targetRevision: "main" };
const APPLICATION = { project: "team-a", source: SOURCE, destination: { server: SERVER, namespace: "tenant-a" } };

/** All of namespace tenant-a, and breaking no rule there under a strict policy, as far as the kind is allowed at all. */
const BASES = {
  Kustomization: {
    spec: {
      interval: "5m",
      path: "./",
      prune: true,
      serviceAccountName: "tenant-a",
      sourceRef: { kind: "GitRepository", name: "app" },
      targetNamespace: "tenant-a",
    },
  },
  HelmRelease: {
    spec: {
      interval: "5m",
      serviceAccountName: "tenant-a",
      chart: { spec: { chart: "podinfo", version: "6.x", sourceRef: { kind: "HelmRepository", name: "podinfo" } } },
    },
  },
  GitRepository: { spec: { interval: "5m", url: "https://github.com/org/app", ref: { branch: "main" } } },
  OCIRepository: { spec: { interval: "5m", url: "oci://ghcr.io/org/app", ref: { tag: "latest" } } },
  HelmRepository: { spec: { interval: "5m", url: "https://charts.example.com/podinfo" } },
  Bucket: { spec: { interval: "5m", endpoint: "minio.example.com", bucketName: "app" } },
  HelmChart: { spec: { interval: "5m", chart: "podinfo", sourceRef: { kind: "HelmRepository", name: "podinfo" } } },
  ExternalArtifact: { spec: { sourceRef: { apiVersion: "example.com/v1", kind: "Foo", name: "foo" } } },
  ArtifactGenerator: {
    spec: {
      sources: [{ alias: "app", kind: "GitRepository", name: "app" }],
      artifacts: [{ name: "app", copy: [{ from: "@app/**", to: "@artifact/" }] }],
    },
  },
  Alert: { spec: { providerRef: { name: "chat" }, eventSources: [{ kind: "Kustomization", name: "*" }] } },
  Provider: { spec: { type: "slack", address: "https://hooks.example.com/x" } },
  Receiver: {
    spec: { type: "github", secretRef: { name: "hook" }, resources: [{ kind: "GitRepository", name: "app" }] },
  },
  ImageRepository: { spec: { interval: "1h", image: "ghcr.io/org/app" } },
  ImagePolicy: { spec: { imageRepositoryRef: { name: "app" }, policy: { semver: { range: "1.x" } } } },
  ImageUpdateAutomation: {
    spec: {
      interval: "30m",
      sourceRef: { kind: "GitRepository", name: "app" },
      git: { commit: { author: { name: "bot", email: "bot@example.com" } }, push: { branch: "main" } },
    },
  },
  ResourceSet: { spec: { serviceAccountName: "tenant-a", resources: [] } },
  FluxInstance: { spec: { distribution: { version: "2.x", registry: "ghcr.io/fluxcd" } } },
  Application: { spec: APPLICATION },
  ApplicationSet: {
    spec: {
      generators: [{ list: { elements: [{ name: "web" }] } }],
      template: { metadata: { name: "{{name}}" }, spec: APPLICATION },
    },
  },
  AppProject: { spec: { sourceRepos: ["*"], destinations: [{ server: "*", namespace: "*" }] } },
  Namespace: {
    metadata: { labels: { "kubernetes.io/metadata.name": "tenant-a", "landlord.dev/tenant": "a" } },
    spec: { finalizers: ["kubernetes"] },
  },
} as const;

const RESOURCES = new Map(
  Object.values(resources).flatMap((one) => ("group" in one ? [[one.kind, one] as const] : [])),
);

/** The request as it comes to a webhook. */
export function requestOf(one: WallCase): AdmissionRequest {
  const { base, namespace = "tenant-a", subResource = "", user = TENANT, from, change = {} } = one;
  const resource = RESOURCES.get(base);
  if (resource === undefined) throw new Error(`no resource of kind ${base}`);
  const { group, version: usual } = resource;
  const version = one.version ?? usual;
  const name = base === "Namespace" ? namespace : "app";
  const where = base === "Namespace" ? { name } : { name, namespace };
  const content: { metadata?: object; spec: object } = BASES[base];
  const whole: JsonObject = {
    ...content,
    apiVersion: group === "" ? version : `${group}/${version}`,
    kind: base,
    metadata: { ...content.metadata, ...where },
  };
  return {
    uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
    kind: { group, version, kind: base },
    resource: { group, version, resource: resource.resource },
    subResource,
    name,
    namespace,
    operation: from === undefined ? "CREATE" : "UPDATE",
    user,
    object: changed(whole, change),
    ...(from === undefined ? {} : { oldObject: changed(whole, from) }),
    dryRun: true,
  };
}

function changed(object: JsonObject, change: Record<string, unknown>): JsonObject {
  const copy: Record<string, unknown> = structuredClone(object);
  for (const [pointer, value] of Object.entries(change)) {
    const path = pointer
      .slice(1)
      .split("/")
      .map((key) => key.replaceAll("~1", "/"));
    const last = path.pop() ?? "";
    const parent = path.reduce((at, key) => (at[key] ??= {}) as Record<string, unknown>, copy);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}
