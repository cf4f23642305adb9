// Every field by which an object reaches out of its namespace, each with a good object that has the field, and what may stand there.
// A field that is missing here is not proved to be guarded: new fields of Flux and Argo CD belong in this list.
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import { isObject, type JsonObject, own } from "../../webhooks/json.ts";
import { FLUX_RESOURCES } from "../../webhooks/validating/resource.ts";
import { goodOf, goodRequest, type Parts } from "./good-objects.ts";

export interface Reach {
  kind: string;
  path: readonly (string | number)[];
  /** Laid over the kind's good object: then it is allowed, and differs in this field only from what is tried. */
  parts: Parts;
  /** What may stand there besides. */
  mayBe: (value: unknown) => boolean;
}

const isUnset = (value: unknown): boolean => value === undefined || value === null || value === "";
const isOwn = (value: unknown): boolean => value === "tenant-a";
const ownOrUnset = (value: unknown): boolean => isOwn(value) || isUnset(value);
const oneOf =
  (...values: unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
const nothing = oneOf(undefined, null);
const allowedUrl = (value: unknown): boolean =>
  typeof value === "string" && value.startsWith("https://github.com/org/");
const copied = (value: unknown): boolean =>
  value === undefined || (typeof value === "string" && value.startsWith("tenant-a/"));

const SECRET = { kubeConfig: { secretRef: { name: "tenant-a-kubeconfig" } } };
const RESERVED = ["landlord.dev/tenant", "toolkit.fluxcd.io/tenant", "pod-security.kubernetes.io/enforce"];
const CHECK = { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "tenant-a" };
const DB = { apiVersion: "v1", kind: "Service", name: "db", namespace: "tenant-a" };
const COPY = "fluxcd.controlplane.io/copyFrom";
const MADE = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "made", annotations: { [COPY]: "tenant-a/x" } } };
const REPOSITORY = { repoURL: "https://github.com/org/app", path: "deploy" };
const RENDERED = { ...REPOSITORY, helm: { namespace: "tenant-a" }, kustomize: { namespace: "tenant-a" } };
const APPLICATION = {
  project: "team-a",
  source: RENDERED,
  sources: [RENDERED],
  sourceHydrator: { drySource: REPOSITORY, syncSource: { path: "x" } },
  destination: { server: "https://kubernetes.default.svc", namespace: "tenant-a" },
  syncPolicy: { syncOptions: ["Prune=true"] },
};
const OPERATION = { sync: { source: RENDERED, sources: [RENDERED], syncOptions: ["Prune=true"] } };
/** A part that is laid over the template may leave out what stands there. */
const PARTIAL = { metadata: { namespace: "tenant-a" }, spec: APPLICATION };

/** Fields of both kinds that are applied with a ServiceAccount. */
function applied(kind: string): Reach[] {
  return [
    { kind, path: ["spec", "serviceAccountName"], parts: {}, mayBe: isOwn },
    { kind, path: ["spec", "dependsOn", 0, "namespace"], parts: { spec: { dependsOn: [DB] } }, mayBe: ownOrUnset },
    { kind, path: ["spec", "dependsOn", 0], parts: { spec: { dependsOn: [DB] } }, mayBe: never },
    { kind, path: ["spec", "kubeConfig"], parts: {}, mayBe: nothing },
    { kind, path: ["spec", "kubeConfig", "configMapRef"], parts: { spec: SECRET }, mayBe: nothing },
    { kind, path: ["spec", "kubeConfig", "secretRef"], parts: { spec: SECRET }, mayBe: never },
    {
      kind,
      path: ["spec", "kubeConfig", "secretRef", "name"],
      parts: { spec: SECRET },
      mayBe: oneOf("tenant-a-kubeconfig"),
    },
    ...RESERVED.map(
      (key): Reach => ({
        kind,
        path: ["spec", "commonMetadata", "labels", key],
        parts: { spec: { commonMetadata: { labels: {} } } },
        mayBe: oneOf(undefined),
      }),
    ),
  ];
}

function never(): boolean {
  return false;
}

/** Fields of an Application's spec, wherever it stands; a partial one may leave out what is demanded of a whole one. */
function application(kind: string, at: readonly (string | number)[], parts: Parts, isPartial = false): Reach[] {
  const demanded =
    (is: (value: unknown) => boolean) =>
    (value: unknown): boolean =>
      is(value) || (isPartial && value === undefined);
  const field = (path: readonly (string | number)[], mayBe: Reach["mayBe"]): Reach => ({
    kind,
    path: [...at, ...path],
    parts,
    mayBe,
  });
  const sources = [["source"], ["sources", 0]].flatMap((path) => [
    field([...path, "repoURL"], demanded(allowedUrl)),
    field([...path, "helm", "namespace"], ownOrUnset),
    field([...path, "kustomize", "namespace"], ownOrUnset),
    field([...path, "plugin"], nothing),
  ]);
  return [
    field(["project"], demanded(oneOf("team-a"))),
    field(["destination", "namespace"], demanded(isOwn)),
    field(
      ["destination", "server"],
      (value) => value === "https://kubernetes.default.svc" || (isPartial && isUnset(value)),
    ),
    field(["destination", "name"], isUnset),
    field(["sourceHydrator", "drySource", "repoURL"], demanded(allowedUrl)),
    field(["sourceHydrator", "syncSource", "repoURL"], (value) => value === undefined || allowedUrl(value)),
    field(["syncPolicy", "managedNamespaceMetadata"], nothing),
    ...sources,
  ];
}

export const REACHES: readonly Reach[] = [
  ...applied("Kustomization"),
  { kind: "Kustomization", path: ["spec", "targetNamespace"], parts: {}, mayBe: isOwn },
  { kind: "Kustomization", path: ["spec", "sourceRef", "namespace"], parts: {}, mayBe: ownOrUnset },
  {
    kind: "Kustomization",
    path: ["spec", "sourceRef", "kind"],
    parts: {},
    mayBe: oneOf("GitRepository", "OCIRepository", "Bucket"),
  },
  {
    kind: "Kustomization",
    path: ["spec", "healthChecks", 0, "namespace"],
    parts: { spec: { healthChecks: [CHECK] } },
    mayBe: ownOrUnset,
  },
  {
    kind: "Kustomization",
    path: ["spec", "decryption", "serviceAccountName"],
    parts: { spec: { decryption: { serviceAccountName: "tenant-a" } } },
    mayBe: isOwn,
  },
  { kind: "Kustomization", path: ["spec", "patchesStrategicMerge"], parts: {}, mayBe: nothing },
  { kind: "Kustomization", path: ["spec", "patchesJson6902"], parts: {}, mayBe: nothing },
  ...applied("HelmRelease"),
  { kind: "HelmRelease", path: ["spec", "targetNamespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "HelmRelease", path: ["spec", "storageNamespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "HelmRelease", path: ["spec", "chart", "spec", "sourceRef", "namespace"], parts: {}, mayBe: ownOrUnset },
  {
    kind: "HelmRelease",
    path: ["spec", "chart", "spec", "sourceRef", "kind"],
    parts: {},
    mayBe: oneOf("HelmRepository", "GitRepository", "Bucket"),
  },
  {
    kind: "HelmRelease",
    path: ["spec", "chartRef", "namespace"],
    parts: { spec: { chart: undefined, chartRef: { kind: "OCIRepository", name: "web" } } },
    mayBe: ownOrUnset,
  },
  {
    kind: "HelmRelease",
    path: ["spec", "chartRef", "kind"],
    parts: { spec: { chart: undefined, chartRef: { kind: "OCIRepository", name: "web" } } },
    mayBe: oneOf("OCIRepository", "HelmChart"),
  },
  {
    kind: "HelmRelease",
    path: ["spec", "chart", "metadata", "labels", "landlord.dev/tenant"],
    parts: {},
    mayBe: oneOf(undefined),
  },
  {
    kind: "HelmRelease",
    path: ["spec", "install", "createNamespace"],
    parts: {},
    mayBe: oneOf(undefined, null, false),
  },
  ...FLUX_RESOURCES.filter(({ kind }) => !kind.startsWith("Flux")).map(
    ({ kind }): Reach => ({
      kind,
      path: ["metadata", "labels", "sharding.fluxcd.io/key"],
      parts: {},
      mayBe: oneOf(undefined),
    }),
  ),
  { kind: "HelmChart", path: ["spec", "sourceRef", "namespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "ArtifactGenerator", path: ["spec", "sources", 0, "namespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "Alert", path: ["spec", "eventSources", 0, "namespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "Receiver", path: ["spec", "resources", 0, "namespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "ImageUpdateAutomation", path: ["spec", "sourceRef", "namespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "ImagePolicy", path: ["spec", "imageRepositoryRef", "namespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "ResourceSet", path: ["spec", "serviceAccountName"], parts: {}, mayBe: isOwn },
  {
    kind: "ResourceSet",
    path: ["spec", "dependsOn", 0, "namespace"],
    parts: { spec: { dependsOn: [DB] } },
    mayBe: ownOrUnset,
  },
  { kind: "ResourceSet", path: ["spec", "resourcesTemplate"], parts: {}, mayBe: isUnset },
  {
    kind: "ResourceSet",
    path: ["spec", "steps", 0, "resourcesTemplate"],
    parts: { spec: { steps: [{}] } },
    mayBe: isUnset,
  },
  {
    kind: "ResourceSet",
    path: ["spec", "resources", 0, "metadata", "annotations", COPY],
    parts: { spec: { resources: [MADE] } },
    mayBe: copied,
  },
  {
    kind: "ResourceSet",
    path: ["spec", "resources", 0, "items", 0, "metadata", "annotations", COPY],
    parts: { spec: { resources: [{ items: [MADE] }] } },
    mayBe: copied,
  },
  {
    kind: "ResourceSet",
    path: ["spec", "steps", 0, "resources", 0, "metadata", "annotations", COPY],
    parts: { spec: { steps: [{ resources: [MADE] }] } },
    mayBe: copied,
  },
  { kind: "ResourceSet", path: ["spec", "commonMetadata", "annotations", COPY], parts: {}, mayBe: copied },
  { kind: "ResourceSetInputProvider", path: ["spec", "serviceAccountName"], parts: {}, mayBe: ownOrUnset },
  ...application("Application", ["spec"], { spec: APPLICATION, operation: OPERATION }),
  ...["source", "sources"].flatMap((key): Reach[] => {
    const path = ["operation", "sync", key, ...(key === "sources" ? [0] : [])];
    const parts = { operation: OPERATION };
    return [
      { kind: "Application", path: [...path, "repoURL"], parts, mayBe: allowedUrl },
      { kind: "Application", path: [...path, "helm", "namespace"], parts, mayBe: ownOrUnset },
      { kind: "Application", path: [...path, "kustomize", "namespace"], parts, mayBe: ownOrUnset },
    ];
  }),
  { kind: "Application", path: ["operation", "sync", "manifests"], parts: { operation: OPERATION }, mayBe: nothing },
  {
    kind: "Application",
    path: ["operation", "sync", "syncOptions", 0],
    parts: { operation: OPERATION },
    mayBe: (value) => typeof value === "string" && !/createnamespace/i.test(value),
  },
  ...application("ApplicationSet", ["spec", "template", "spec"], { spec: { template: { spec: APPLICATION } } }),
  { kind: "ApplicationSet", path: ["spec", "template", "metadata", "namespace"], parts: {}, mayBe: ownOrUnset },
  { kind: "ApplicationSet", path: ["spec", "templatePatch"], parts: {}, mayBe: isUnset },
  { kind: "ApplicationSet", path: ["spec", "generators", 0, "list", "api"], parts: {}, mayBe: isUnset },
  {
    kind: "ApplicationSet",
    path: ["spec", "generators", 0, "list", "template", "metadata", "namespace"],
    parts: { spec: { generators: [{ list: { template: PARTIAL } }] } },
    mayBe: ownOrUnset,
  },
  ...application(
    "ApplicationSet",
    ["spec", "generators", 0, "list", "template", "spec"],
    { spec: { generators: [{ list: { template: PARTIAL } }] } },
    true,
  ),
];

/** The good request, with `value` in the field; undefined takes it out. */
export function reaching({ kind, path, parts }: Reach, value: unknown): AdmissionRequest {
  const request = goodRequest(goodOf(kind), parts);
  return { ...request, object: put(request.object, path, value) as JsonObject };
}

/** The good request without anything tried. */
export function atHome({ kind, parts }: Reach): AdmissionRequest {
  return goodRequest(goodOf(kind), parts);
}

/** A copy with `value` at the path; objects and lists on the way that are missing are made. */
export function put(target: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof key === "number") {
    const list: unknown[] = Array.isArray(target) ? [...(target as unknown[])] : [];
    list[key] = put(list[key], rest, value);
    return list;
  }
  const copy = { ...(isObject(target) ? target : {}) };
  const inner = put(own(copy, key), rest, value);
  if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return copy;
}
