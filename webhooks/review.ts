// AdmissionReview in and out: bytes to a checked request, a verdict to text. Decides nothing.
import type { AdmissionRequest, Denial, Operation, Verdict } from "./admission.ts";
import { isObject, type JsonObject, nestsDeeper, own } from "./json.ts";
import { oneLine, quote } from "./text.ts";

const API_VERSION = "admission.k8s.io/v1";
const OPERATIONS: readonly Operation[] = ["CREATE", "UPDATE", "DELETE", "CONNECT"];
const UID_LIMIT = 128;
/** Deeper than any schema of Kubernetes, shallow enough for every recursive comparison. */
const DEPTH_LIMIT = 500;
/** kube-apiserver asks for short warnings and cuts off what exceeds 4096 characters in all. */
const WARNING_LIMIT = 120;
const WARNINGS_LIMIT = 20;
const AUDIT_LIMIT = 256;

/**
 * The body is no review that can be answered. The door sends `status` and `encodeError`; no uid is echoed, since kube-apiserver does not read
 * the body of any answer but 200, and treats all others alike: by the webhook's failurePolicy.
 */
export class ReviewError extends Error {
  override name = "ReviewError";
  readonly status = 400;
}

/** Reads an AdmissionReview. Extra fields are ignored; anything needed that is missing or of a wrong type throws a ReviewError. */
export function decodeReview(body: Buffer | string): AdmissionRequest {
  const review = parse(body);
  if (own(review, "kind") !== "AdmissionReview") throw wrong("kind", own(review, "kind"), '"AdmissionReview"');
  const apiVersion = own(review, "apiVersion");
  if (apiVersion !== API_VERSION) throw wrong("apiVersion", apiVersion, `"${API_VERSION}"`);
  const request = own(review, "request");
  if (!isObject(request)) throw wrong("request", request, "an object");

  const operation = operationOf(request);
  const object = objectOf(request, "object", operation);
  const oldObject = objectOf(request, "oldObject", operation);
  return {
    uid: uidOf(request),
    kind: { ...groupVersionOf(request, "kind"), kind: needed(request, "kind", "kind") },
    resource: { ...groupVersionOf(request, "resource"), resource: needed(request, "resource", "resource") },
    subResource: optional(request, "subResource"),
    name: optional(request, "name"),
    namespace: optional(request, "namespace"),
    operation,
    user: userOf(request),
    ...(object === undefined ? {} : { object }),
    ...(oldObject === undefined ? {} : { oldObject }),
    dryRun: dryRunOf(request),
  };
}

/** The answer, to be sent with status 200 whatever the verdict is. */
export function encodeReview(uid: string, verdict: Verdict): string {
  const { allowed, denial, patch, warnings, auditAnnotations } = verdict;
  const response = {
    uid,
    allowed,
    ...(denial === undefined ? {} : { status: statusOf(denial) }),
    ...(patch.length === 0
      ? {}
      : { patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch)).toString("base64") }),
    ...(warnings.length === 0 ? {} : { warnings: bounded(warnings) }),
    ...(Object.keys(auditAnnotations).length === 0 ? {} : { auditAnnotations: shortened(auditAnnotations) }),
  };
  return JSON.stringify({ apiVersion: API_VERSION, kind: "AdmissionReview", response });
}

/** The body that goes with a ReviewError's status. */
export function encodeError(error: ReviewError): string {
  return JSON.stringify({ error: error.message });
}

function parse(body: Buffer | string): JsonObject {
  if (body.length === 0) throw new ReviewError("decode AdmissionReview: the body is empty");
  let review: unknown;
  try {
    review = JSON.parse(typeof body === "string" ? body : body.toString("utf8"));
  } catch {
    // Without cause: the parser's message quotes the body, which may hold a Secret.
    throw new ReviewError("decode AdmissionReview: the body is not JSON");
  }
  if (!isObject(review)) throw wrong("the body", review, "an object");
  return review;
}

function wrong(field: string, found: unknown, allowed: string): ReviewError {
  return new ReviewError(`decode AdmissionReview: ${field} is ${quote(found)}, must be ${allowed}`);
}

function uidOf(request: JsonObject): string {
  const uid = own(request, "uid");
  if (typeof uid !== "string" || uid === "" || uid.length > UID_LIMIT) {
    throw wrong("request.uid", uid, `a string of 1 to ${UID_LIMIT} characters`);
  }
  return uid;
}

function operationOf(request: JsonObject): Operation {
  const found = own(request, "operation");
  const operation = OPERATIONS.find((known) => known === found);
  if (operation === undefined) throw wrong("request.operation", found, `one of ${OPERATIONS.join(", ")}`);
  return operation;
}

/** `kind` and `resource`: the core group is "" or left out. */
function groupVersionOf(request: JsonObject, field: "kind" | "resource"): { group: string; version: string } {
  const group = own(own(request, field), "group") ?? "";
  if (typeof group !== "string") throw wrong(`request.${field}.group`, group, "a string");
  return { group, version: needed(request, field, "version") };
}

function needed(request: JsonObject, field: "kind" | "resource", key: string): string {
  const parent = own(request, field);
  if (!isObject(parent)) throw wrong(`request.${field}`, parent, "an object");
  const found = own(parent, key);
  if (typeof found !== "string" || found === "")
    throw wrong(`request.${field}.${key}`, found, "a string that is not empty");
  return found;
}

function optional(request: JsonObject, field: "subResource" | "name" | "namespace"): string {
  const found = own(request, field) ?? "";
  if (typeof found !== "string") throw wrong(`request.${field}`, found, "a string");
  return found;
}

function userOf(request: JsonObject): AdmissionRequest["user"] {
  const user = own(request, "userInfo") ?? {};
  if (!isObject(user)) throw wrong("request.userInfo", user, "an object");
  const username = own(user, "username") ?? "";
  if (typeof username !== "string") throw wrong("request.userInfo.username", username, "a string");
  const groups = own(user, "groups") ?? [];
  if (!Array.isArray(groups)) throw wrong("request.userInfo.groups", groups, "a list of strings");
  const other = groups.find((group) => typeof group !== "string");
  if (other !== undefined) throw wrong("a member of request.userInfo.groups", other, "a string");
  return { username, groups };
}

function dryRunOf(request: JsonObject): boolean {
  const found = own(request, "dryRun") ?? false;
  if (typeof found !== "boolean") throw wrong("request.dryRun", found, "true or false");
  return found;
}

/** Nothing looks into the objects of a DELETE, so that depth cannot keep anything from being deleted. */
function objectOf(request: JsonObject, field: "object" | "oldObject", operation: Operation): JsonObject | undefined {
  const found = own(request, field);
  if (found === undefined || found === null) return undefined;
  if (!isObject(found)) throw wrong(`request.${field}`, found, "an object");
  if (operation !== "DELETE" && nestsDeeper(found, DEPTH_LIMIT)) {
    throw new ReviewError(
      `decode AdmissionReview: request.${field} is nested too deeply, must be at most ${DEPTH_LIMIT} levels`,
    );
  }
  return found;
}

function statusOf({ code, reason, message, details }: Denial): object {
  return { status: "Failure", code, reason, message, details };
}

function bounded(warnings: readonly string[]): string[] {
  const shown = warnings.slice(0, WARNINGS_LIMIT).map((warning) => oneLine(warning, WARNING_LIMIT));
  return shown.length === warnings.length ? shown : [...shown, `and ${warnings.length - shown.length} more warnings`];
}

function shortened(annotations: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, oneLine(value, AUDIT_LIMIT)]));
}
