// One watch of one kind, from its first byte to its end. Not for keeping it up: reflector.ts begins anew.
import type { KubeObject } from "../model/kube-object.ts";
import { answeredError, type Operation, type Status, unansweredError } from "./errors.ts";
import { BrokenLineError, jsonLines } from "./json-lines.ts";
import type { Kind } from "./kinds.ts";
import { collectionPath, selectors, typed } from "./list-pages.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** A BOOKMARK's object has nothing but its resourceVersion. */
export interface WatchEvent<T> {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  object: T;
}

/** `timeoutMs` bounds the time to the head of the answer. */
export interface WatchOptions extends CallOptions {
  /** All namespaces without it. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  metadataOnly?: boolean;
  /** Events after this one are told. */
  resourceVersion: string;
  /** After which the server ends the watch. */
  timeoutSeconds?: number;
  /** Silence after which the stream counts as dead, 90 s unless told; bookmarks come about once a minute. */
  idleMs?: number;
}

const IDLE_MS = 90_000;
const TYPES: ReadonlySet<unknown> = new Set<WatchEvent<unknown>["type"]>(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]);

export async function* watchEvents<T extends KubeObject>(
  transport: Transport,
  kind: Kind,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const operation: Operation = { verb: "watch", resource: kind.plural, object: kind.plural };
  const { signal, timeoutMs, idleMs = IDLE_MS } = options;
  const bytes = transport.stream({
    method: "GET",
    path: `${collectionPath(kind, options.namespace)}?${watchQuery(options).toString()}`,
    accept: options.metadataOnly === true ? METADATA : "application/json",
    operation,
    idleMs,
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  try {
    for await (const line of jsonLines(bytes)) yield decode<T>(line, kind, operation);
  } catch (error) {
    if (error instanceof BrokenLineError) throw unansweredError(operation, error.message, error);
    throw error;
  }
}

function watchQuery(options: WatchOptions): URLSearchParams {
  const query = selectors(options);
  query.set("watch", "true");
  query.set("allowWatchBookmarks", "true");
  query.set("resourceVersion", options.resourceVersion);
  if (options.timeoutSeconds !== undefined) query.set("timeoutSeconds", String(options.timeoutSeconds));
  return query;
}

function decode<T extends KubeObject>(line: unknown, kind: Kind, operation: Operation): WatchEvent<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const event = (line ?? {}) as { type?: string; object?: Status & { metadata?: unknown } };
  if (event.type === "ERROR") throw answeredError(operation, event.object?.code ?? 0, event.object ?? {});
  if (!TYPES.has(event.type) || typeof event.object?.metadata !== "object") {
    throw unansweredError(operation, "a line is not a watch event");
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { type: event.type as WatchEvent<T>["type"], object: typed<T>(event.object, kind) };
}

const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
