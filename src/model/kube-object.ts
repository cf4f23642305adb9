// The shape of Kubernetes objects as they travel in JSON: only what this product reads or writes of them.

/** Standard object metadata; timestamps are RFC 3339 text, as on the wire. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: unknown[];
  managedFields?: unknown[];
}

/** Any object of the API, with its own fields still to be told by a narrower type. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** A condition of `status.conditions`, in the form that core/v1 Namespaces carry. */
export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
  lastTransitionTime: string;
}

export interface Namespace extends KubeObject {
  status?: { phase?: string; conditions?: Condition[] };
}

export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean;
}

export interface RoleBinding extends KubeObject {
  roleRef: { apiGroup: string; kind: string; name: string };
  subjects: { kind: string; name: string; namespace?: string; apiGroup?: string }[];
}

export interface ClusterRole extends KubeObject {
  rules?: { verbs: string[] }[] | null;
}

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

/** `data` values are base64. */
export interface Secret extends KubeObject {
  type: string;
  data?: Record<string, string>;
}
