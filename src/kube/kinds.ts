// The kinds of the Kubernetes API that this product touches, and the paths at which kube-apiserver serves them.

/** How one kind is addressed: `apiVersion` is `v1` for the core group, `group/version` for all others. */
export interface Kind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}

/** Which object of a kind; `namespace` only for namespaced kinds. */
export interface ObjectRef {
  namespace?: string;
  name: string;
}

const core = (kind: string, plural: string, namespaced = true): Kind => ({
  apiVersion: "v1",
  kind,
  plural,
  namespaced,
});

export const NAMESPACE: Kind = core("Namespace", "namespaces", false);
export const SERVICE_ACCOUNT: Kind = core("ServiceAccount", "serviceaccounts");
export const SECRET: Kind = core("Secret", "secrets");
export const POD: Kind = core("Pod", "pods");
export const EVENT: Kind = core("Event", "events");
export const CONFIG_MAP: Kind = core("ConfigMap", "configmaps");
export const ROLE_BINDING: Kind = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  namespaced: true,
};
export const CLUSTER_ROLE: Kind = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
};
export const LEASE: Kind = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};
export const MUTATING_WEBHOOK_CONFIGURATION: Kind = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  namespaced: false,
};
export const VALIDATING_WEBHOOK_CONFIGURATION: Kind = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  namespaced: false,
};

const review = (apiVersion: string, kind: string): Kind => ({
  apiVersion,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: false,
});
/** Questions that are asked by creating them. */
export const SELF_SUBJECT_REVIEW = review("authentication.k8s.io/v1", "SelfSubjectReview");
export const SELF_SUBJECT_ACCESS_REVIEW = review("authorization.k8s.io/v1", "SelfSubjectAccessReview");
export const SUBJECT_ACCESS_REVIEW = review("authorization.k8s.io/v1", "SubjectAccessReview");

export const APPLICATION_SET: Kind = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "ApplicationSet",
  plural: "applicationsets",
  namespaced: true,
};

/**
 * The URL path of a collection, an object or a subresource of it. Every segment is percent-encoded. A segment that is
 * empty, `.` or `..` is refused: it would name another object than the caller meant.
 */
export function pathOf(kind: Kind, ref: { namespace?: string; name?: string; subresource?: string } = {}): string {
  const segments = kind.apiVersion.includes("/") ? ["apis", ...kind.apiVersion.split("/")] : ["api", kind.apiVersion];
  if (kind.namespaced && ref.namespace !== undefined) segments.push("namespaces", ref.namespace);
  segments.push(kind.plural);
  if (ref.name !== undefined) segments.push(ref.name);
  if (ref.subresource !== undefined) segments.push(...ref.subresource.split("/"));
  return segments.map((segment) => `/${encodeSegment(segment, kind)}`).join("");
}

/** The path of one object; a namespaced kind without a namespace is refused rather than read cluster-wide. */
export function objectPath(kind: Kind, ref: ObjectRef & { subresource?: string }): string {
  if (kind.namespaced && (ref.namespace === undefined || ref.namespace === "")) {
    throw new TypeError(`path of ${kind.kind} ${ref.name}: a namespace is needed`);
  }
  return pathOf(kind, ref);
}

/** `tenant-a/kafka`, or the name alone where there is no namespace: how objects are called in messages and caches. */
export function nameOf(ref: { namespace?: string; name?: string }): string {
  return ref.namespace === undefined || ref.namespace === "" ? (ref.name ?? "") : `${ref.namespace}/${ref.name ?? ""}`;
}

function encodeSegment(segment: string, kind: Kind): string {
  if (segment === "" || segment === "." || segment === "..") {
    throw new TypeError(`path of ${kind.kind}: a segment is ${segment === "" ? "empty" : `"${segment}"`}`);
  }
  return encodeURIComponent(segment);
}
