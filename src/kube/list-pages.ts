// A list of one kind in pages, following `continue`. Not for merging pages: a caller may not want all in memory.
import type { KubeObject } from "../model/kube-object.ts";
import { type Operation, unansweredError } from "./errors.ts";
import { type Kind, pathOf } from "./kinds.ts";
import type { CallOptions, Transport } from "./transport.ts";

export interface ListOptions extends CallOptions {
  /** All namespaces without it. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects per page, 500 unless told. */
  limit?: number;
  /** Only apiVersion, kind and metadata of each object: a fraction of the bytes. */
  metadataOnly?: boolean;
}

interface Page<T> {
  metadata: { resourceVersion?: string; continue?: string };
  /** Without apiVersion and kind: a list says them once. */
  items?: Omit<T, "apiVersion" | "kind">[] | null;
}

const PAGE = 500;
/** Five million objects: no list is longer, so what goes on is a server that repeats itself. */
const MOST_PAGES = 10_000;

/** Pages in order. An expired continue token is thrown (`isExpired`): the list must be begun anew. */
export async function* listPages<T extends KubeObject>(
  transport: Transport,
  kind: Kind,
  options: ListOptions,
): AsyncGenerator<{ items: T[]; resourceVersion: string }, void, undefined> {
  const { signal, timeoutMs, limit = PAGE } = options;
  const operation: Operation = { verb: "list", resource: kind.plural, object: kind.plural };
  const query = selectors(options);
  query.set("limit", String(limit));
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await transport.call<Page<T>>({
      method: "GET",
      path: `${collectionPath(kind, options.namespace)}?${query.toString()}`,
      accept: options.metadataOnly === true ? METADATA_LIST : "application/json",
      operation,
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    if (typeof answer?.metadata !== "object") throw unansweredError(operation, "the answer is not a list");
    yield {
      items: (answer.items ?? []).map((item) => typed<T>(item, kind)),
      resourceVersion: answer.metadata.resourceVersion ?? "",
    };
    const next = answer.metadata.continue ?? "";
    if (next === "") return;
    if (next === query.get("continue")) throw unansweredError(operation, "the server repeats a page");
    query.set("continue", next);
  }
  throw unansweredError(operation, `more than ${MOST_PAGES} pages`);
}

/** The query parameters that a list and a watch have in common. */
export function selectors(options: { labelSelector?: string; fieldSelector?: string }): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labelSelector !== undefined) query.set("labelSelector", options.labelSelector);
  if (options.fieldSelector !== undefined) query.set("fieldSelector", options.fieldSelector);
  return query;
}

export const collectionPath = (kind: Kind, namespace: string | undefined): string =>
  pathOf(kind, namespace === undefined ? {} : { namespace });

/** Fills in what the items of a list lack, and what metadata-only answers replace: apiVersion and kind. */
export function typed<T extends KubeObject>(item: object, kind: Kind): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ...item, apiVersion: kind.apiVersion, kind: kind.kind } as T;
}

const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
