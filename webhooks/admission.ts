// The parts of admission.k8s.io/v1 that are read and written here, as they travel in JSON.
import type { JsonObject } from "./json.ts";

export interface UserInfo {
  username: string;
  groups: readonly string[];
}

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

export interface GroupVersionResource {
  group: string;
  version: string;
  resource: string;
}

export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/**
 * One admission request, checked and complete: what the wire may leave out is "" or undefined here.
 * `namespace` is the truth about where the object lives; `name` is "" for generated names.
 * `object` is absent on DELETE, `oldObject` on CREATE. What is inside them is not checked: read it with `own`.
 */
export interface AdmissionRequest {
  uid: string;
  kind: GroupVersionKind;
  resource: GroupVersionResource;
  subResource: string;
  name: string;
  namespace: string;
  operation: Operation;
  user: UserInfo;
  object?: JsonObject;
  oldObject?: JsonObject;
  dryRun: boolean;
}

/** JSON Patch operation of RFC 6902; only those that are written here. */
export type PatchOperation =
  | { op: "add" | "replace" | "test"; path: string; value: unknown }
  | { op: "remove"; path: string };

/** What a webhook answers, before it is put into an AdmissionReview. */
export interface Verdict {
  allowed: boolean;
  /** Set on a denial: one line for people, causes for machines. */
  denial?: Denial;
  /** Operations that were proved on a copy of the object. Empty: nothing to change. */
  patch: readonly PatchOperation[];
  /** Shown by kubectl on stderr, also when allowed. */
  warnings: readonly string[];
  auditAnnotations: Readonly<Record<string, string>>;
  /** Ids of the rules that would have denied, where the policy has them warn only; each once. */
  wouldDeny?: readonly string[];
  /** The same of rules that let it pass because of who asks: a platform admin. */
  exempt?: readonly string[];
  /** The same of rules that an exception of the policy holds off. */
  excepted?: readonly string[];
}

export interface Denial {
  code: 403 | 500;
  reason: "Forbidden" | "InternalError";
  message: string;
  /** Ids of the rules that denied, each once: for metrics and the log. */
  rules: readonly string[];
  details: { name: string; group: string; kind: string; causes: readonly Cause[] };
}

/** A cause of `metav1.StatusDetails`. */
export interface Cause {
  reason: "FieldValueRequired" | "FieldValueForbidden";
  field: string;
  message: string;
}
