// What went wrong with a call to kube-apiserver, in our own words. The server's message is never repeated: it may echo a secret.

/** The parts of a Kubernetes `Status` that are read. */
export interface Status {
  reason?: string | undefined;
  message?: string | undefined;
  code?: number | undefined;
  details?: { causes?: { reason?: string; field?: string }[]; retryAfterSeconds?: number } | undefined;
}

/** What was asked: used in messages (`get Secret tenant-a/kafka`) and in metrics (`verb`, `resource`). */
export interface Operation {
  verb: string;
  /** Plural, with the subresource: `namespaces/status`. */
  resource: string;
  /** `Secret tenant-a/kafka`. */
  object: string;
}

export interface KubeErrorInit extends ErrorOptions {
  status: number;
  reason?: string;
  retryAfterMs?: number;
  fields?: string[];
  causes?: string[];
  webhook?: string;
}

/** A call that failed. `status` is 0 when there was no answer (or none that can be read). */
export class KubeError extends Error {
  override name = "KubeError";
  readonly status: number;
  /** `Status.reason`, or "" where the server gave none. */
  readonly reason: string;
  readonly retryAfterMs?: number;
  /** Paths of the fields that the server complains about (`details.causes[].field`). */
  readonly fields: string[];
  /** Reasons of `details.causes`, such as `NamespaceTerminating`. */
  readonly causes: string[];
  /** The admission webhook that denied it or, with status 500, could not be called; "" where none is to blame. */
  readonly webhook: string;

  constructor(message: string, { status, reason, retryAfterMs, fields, causes, webhook, ...options }: KubeErrorInit) {
    super(message, options);
    this.status = status;
    this.reason = reason ?? "";
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
    this.fields = fields ?? [];
    this.causes = causes ?? [];
    this.webhook = webhook ?? "";
  }
}

/** The error of an answer: `httpStatus` is the response's, `retryAfterMs` its Retry-After header. */
export function answeredError(
  operation: Operation,
  httpStatus: number,
  status: Status,
  retryAfterMs?: number,
): KubeError {
  const causes = status.details?.causes ?? [];
  const wait = retryAfterMs ?? secondsToMs(status.details?.retryAfterSeconds);
  const init: KubeErrorInit = {
    status: httpStatus,
    reason: status.reason ?? "",
    fields: [...new Set(causes.flatMap((cause) => (cause.field === undefined ? [] : [cause.field])))],
    causes: causes.flatMap((cause) => (cause.reason === undefined ? [] : [cause.reason])),
    webhook: webhookIn(status.message),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
  return new KubeError(`${operation.verb} ${operation.object}: ${inWords(operation, init, status.message)}`, init);
}

/** The error of a call without an answer that can be used. */
export function unansweredError(operation: Operation, words: string, cause?: unknown): KubeError {
  return new KubeError(`${operation.verb} ${operation.object}: ${words}`, { status: 0, cause });
}

/** The cause of a watch's error when no byte came for too long. */
export class SilenceError extends Error {
  override name = "SilenceError";
}

export const isSilence = (error: unknown): boolean => error instanceof KubeError && error.cause instanceof SilenceError;
export const isNotFound = (error: unknown): boolean => error instanceof KubeError && error.status === 404;
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof KubeError && error.status === 409 && error.reason === "AlreadyExists";
export const isConflict = (error: unknown): boolean =>
  error instanceof KubeError && error.status === 409 && error.reason !== "AlreadyExists";
export const isForbidden = (error: unknown): boolean => error instanceof KubeError && error.status === 403;
export const isInvalid = (error: unknown): boolean => error instanceof KubeError && error.status === 422;
/** An object of that name is there, but with another uid than the apply or patch was for (which the server calls invalid). */
export const isOtherObject = (error: unknown): boolean =>
  error instanceof KubeError && error.status === 422 && error.fields.includes("metadata.uid");
/** The resourceVersion or continue token is older than what the server still knows: list anew. */
export const isExpired = (error: unknown): boolean =>
  error instanceof KubeError && (error.status === 410 || error.reason === "Expired" || error.reason === "Gone");
/** The namespace is being deleted: nothing can be created in it any more. */
export const isTerminating = (error: unknown): boolean =>
  error instanceof KubeError && error.status === 403 && error.causes.includes("NamespaceTerminating");

const WORDS: Record<number, string> = {
  400: "bad request",
  401: "credentials not accepted",
  404: "not found",
  405: "method not allowed",
  406: "content type not served",
  410: "resource version too old",
  413: "too large",
  415: "content type not accepted",
  429: "too many requests",
  500: "internal error of the server",
  502: "bad gateway",
  503: "server unavailable",
  504: "timeout in the server",
};

/** How RBAC calls our verbs, where it calls them otherwise. */
const RBAC_VERBS: Record<string, string> = { apply: "patch", replace: "update" };

function inWords(
  operation: Operation,
  { status, reason, fields = [], causes = [], webhook = "" }: KubeErrorInit,
  message = "",
): string {
  if (webhook !== "")
    return message.startsWith("admission")
      ? `denied by admission webhook ${webhook}`
      : `admission webhook ${webhook} could not be called`;
  if (status === 403) {
    if (causes.includes("NamespaceTerminating")) return "the namespace is being deleted";
    if (message.includes("exceeded quota")) return "quota exceeded";
    return `forbidden: the right to ${RBAC_VERBS[operation.verb] ?? operation.verb} ${operation.resource} may be missing`;
  }
  if (status === 409) return reason === "AlreadyExists" ? "already exists" : "conflict";
  if (status === 422) return fields.length === 0 ? "invalid" : `invalid: ${fields.slice(0, 5).join(", ")}`;
  return WORDS[status] ?? `answer ${status}`;
}

const WEBHOOK =
  /^(?:admission webhook "([a-z0-9.-]{1,253})" denied the request|Internal error occurred: failed calling webhook "([a-z0-9.-]{1,253})")/;

function webhookIn(message = ""): string {
  const [, denied, uncalled] = WEBHOOK.exec(message) ?? [];
  return denied ?? uncalled ?? "";
}

function secondsToMs(seconds: number | undefined): number | undefined {
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined;
}
