// Makes of each document the admission request that kube-apiserver would send of it; an AdmissionReview is one already.
import type { AdmissionRequest, Operation, UserInfo } from "../../../webhooks/admission.ts";
import { isCopyable, isObject, isUnset, type JsonObject, own } from "../../../webhooks/json.ts";
import { allowedServiceAccounts, type Policy } from "../../../webhooks/policy.ts";
import { serviceAccountOf } from "../../../webhooks/principal.ts";
import { decodeReview, ReviewError } from "../../../webhooks/review.ts";
import { quote } from "../../../webhooks/text.ts";
import type { Resource } from "../../../webhooks/validating/resource.ts";
import type { Rule } from "../../../webhooks/validating/rule.ts";
import type { Document } from "./documents.ts";
import { groupOf, keyOf, textOf, typeOf } from "./object-key.ts";
import { isKustomizationFile } from "./sources.ts";

/** What is said of manifests; reviews say it themselves. */
export interface Assumed {
  /** For manifests that name none; "" = `default`, as in a kubeconfig that says nothing. */
  namespace: string;
  /** User name; "" = the ServiceAccount that the namespace's tenant may use. */
  user: string;
  groups: readonly string[];
  /** Left out: UPDATE where there is an old object, CREATE elsewhere. */
  operation?: Exclude<Operation, "CONNECT"> | undefined;
}

export interface RequestOptions {
  rules: readonly Rule[];
  policy: Policy;
  assumed: Assumed;
  /** Objects as they were, by `keyOf`. */
  old: ReadonlyMap<string, JsonObject>;
}

/** What a document is about. `kind` and the names are for showing: never longer than what was read, "" where nothing is said. */
export interface Subject {
  kind: string;
  namespace: string;
  name: string;
}

/** A request, or why there is none: `skipped`, since no rule is about it, or a `fault` in it. */
export type Asked = Subject & ({ request: AdmissionRequest } | { skipped: string } | { fault: string });

/** Nobody in particular: no admin, no controller. For what lies in no namespace, and so has no ServiceAccount of its own. */
const SOMEBODY = "somebody";

export function createRequests(options: RequestOptions): (document: Document) => Asked {
  const known = knownResources(options.rules);
  return (document) => {
    const { kind, apiVersion } = typeOf(document.value);
    const meta = own(document.value, "metadata");
    const subject = { kind, namespace: textOf(own(meta, "namespace")), name: textOf(own(meta, "name")) };
    if (kind === "AdmissionReview") return ofReview(document.value);
    if (isKustomizes(document, apiVersion)) return { ...subject, skipped: "kustomize's own file" };
    if (kind === "" || apiVersion === "") return { ...subject, skipped: "no manifest: it has no apiVersion and kind" };
    const resource = known.get(`${groupOf(apiVersion)}/${kind}`);
    if (resource === undefined) return { ...subject, skipped: "no rule is about its kind" };
    return ofManifest(document.value, resource, options);
  };
}

function knownResources(rules: readonly Rule[]): ReadonlyMap<string, Resource> {
  const resources = rules.flatMap((rule) => rule.resources);
  return new Map(resources.map((resource) => [`${resource.group}/${resource.kind}`, resource]));
}

function ofReview(value: JsonObject): Asked {
  const request = own(value, "request");
  const object = own(own(request, "object") ?? own(request, "oldObject"), "metadata");
  const subject = {
    kind: textOf(own(own(request, "kind"), "kind")),
    namespace: textOf(own(request, "namespace")),
    name: textOf(own(request, "name")) || textOf(own(object, "name")),
  };
  try {
    return { ...subject, request: decodeReview(JSON.stringify(value)) };
  } catch (error) {
    if (error instanceof ReviewError) return { ...subject, fault: error.message };
    throw error;
  }
}

function ofManifest(value: JsonObject, resource: Resource, { policy, assumed, old }: RequestOptions): Asked {
  const meta = own(value, "metadata");
  const name = textOf(own(meta, "name"));
  const isNamespace = resource.group === "" && resource.kind === "Namespace";
  const home = textOf(own(meta, "namespace")) || assumed.namespace || "default";
  const namespace = resource.clusterScoped !== true ? home : isNamespace ? name : "";
  const subject = { kind: resource.kind, namespace: resource.clusterScoped === true ? "" : namespace, name };
  const wrong = wrongName(meta);
  if (wrong !== undefined) return { ...subject, fault: wrong };

  const before = old.get(keyOf(value, assumed.namespace || "default"));
  const operation = assumed.operation ?? (before === undefined ? "CREATE" : "UPDATE");
  const object = resource.clusterScoped === true ? value : inNamespace(value, namespace);
  const version = typeOf(value).apiVersion.split("/").at(-1) ?? "";
  const { group } = resource;
  const request: AdmissionRequest = {
    uid: "review",
    kind: { group, version, kind: resource.kind },
    resource: { group, version, resource: resource.resource },
    subResource: "",
    name,
    namespace,
    operation,
    user: userOf(namespace, policy, assumed),
    ...(operation === "DELETE" ? {} : { object }),
    ...(operation === "CREATE" ? {} : oldOf(operation === "DELETE" ? (before ?? object) : before)),
    dryRun: true,
  };
  return { ...subject, request };
}

const oldOf = (oldObject: JsonObject | undefined): { oldObject?: JsonObject } =>
  oldObject === undefined ? {} : { oldObject };

/** kube-apiserver refuses such an object, so there is nothing to judge. */
function wrongName(meta: unknown): string | undefined {
  if (meta !== undefined && meta !== null && !isObject(meta)) return `metadata is ${quote(meta)}, must be an object`;
  for (const key of ["name", "namespace", "generateName"]) {
    const found = own(meta, key);
    if (!isUnset(found) && typeof found !== "string") return `metadata.${key} is ${quote(found)}, must be a string`;
  }
  return undefined;
}

/** kube-apiserver fills it in from the path that the object is sent to. */
function inNamespace(value: JsonObject, namespace: string): JsonObject {
  const meta = own(value, "metadata") ?? {};
  if (!isCopyable(value) || !isCopyable(meta) || !isUnset(own(meta, "namespace"))) return value;
  return { ...value, metadata: { ...meta, namespace } };
}

/** A tenant unless told otherwise; with the groups that kube-apiserver gives everybody who asks under that name. */
function userOf(namespace: string, policy: Policy, assumed: Assumed): UserInfo {
  const account = allowedServiceAccounts(policy, namespace)[0] ?? namespace;
  const tenant = namespace === "" ? SOMEBODY : `system:serviceaccount:${namespace}:${account}`;
  const username = assumed.user === "" ? tenant : assumed.user;
  const home = serviceAccountOf(username)?.namespace;
  const derived = home === undefined ? [] : ["system:serviceaccounts", `system:serviceaccounts:${home}`];
  const everybodys = username === "system:anonymous" ? "system:unauthenticated" : "system:authenticated";
  return { username, groups: [...new Set([...assumed.groups, ...derived, everybodys])] };
}

/** The format of kustomize's own files; a kustomization.yaml may leave out what it is. */
function isKustomizes({ source, value }: Document, apiVersion: string): boolean {
  if (groupOf(apiVersion) === "kustomize.config.k8s.io") return true;
  return apiVersion === "" && own(value, "kind") === undefined && isKustomizationFile(source);
}
