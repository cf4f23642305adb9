// The verbs of the Kubernetes API over the transport. Not for caching or retrying: list-watch.ts and queue.ts do that.
import type { KubeObject } from "../model/kube-object.ts";
import { FIELD_MANAGER } from "../model/labels.ts";
import { Sealed } from "../model/sealed.ts";
import { isNotFound, type Operation } from "./errors.ts";
import { type Kind, nameOf, type ObjectRef, objectPath, pathOf, SERVICE_ACCOUNT } from "./kinds.ts";
import { type ListOptions, listPages } from "./list-pages.ts";
import type { CallOptions, Transport, TransportRequest } from "./transport.ts";
import { type WatchEvent, type WatchOptions, watchEvents } from "./watch-events.ts";

export type { CallOptions, ListOptions, WatchEvent, WatchOptions };

/** Every method throws KubeError, also when `signal` is aborted. */
export interface KubeClient {
  get<T extends KubeObject>(kind: Kind, ref: ObjectRef, options?: CallOptions): Promise<T>;
  /** Pages of at most `limit` (500) objects, all of one resourceVersion. */
  list<T extends KubeObject>(
    kind: Kind,
    options: ListOptions,
  ): AsyncGenerator<{ items: T[]; resourceVersion: string }, void, undefined>;
  /** Ends when the server closes cleanly; throws on an ERROR event, half a line, or silence. */
  watch<T extends KubeObject>(kind: Kind, options: WatchOptions): AsyncGenerator<WatchEvent<T>, void, undefined>;
  /** `dryRun`: everything is done but the storing. */
  create<T extends KubeObject>(kind: Kind, object: T, options?: CallOptions & { dryRun?: boolean }): Promise<T>;
  /**
   * Server-side apply with force. `metadata.uid` and `metadata.resourceVersion` of the object are preconditions: with an uid
   * nothing is created (`isConflict`), nor an object with another uid touched (`isOtherObject`).
   */
  apply<T extends KubeObject>(kind: Kind, object: T, options?: CallOptions & { subresource?: "status" }): Promise<T>;
  /** A uid or resourceVersion in a merge or strategic patch's metadata is a precondition, as in `apply`. */
  patch<T extends KubeObject>(
    kind: Kind,
    ref: ObjectRef,
    patch: { type: "json" | "merge" | "strategic"; body: unknown },
    options?: CallOptions & { subresource?: string },
  ): Promise<T>;
  /** PUT; give it the resourceVersion that was read, so that a change in between is a conflict. */
  replace<T extends KubeObject>(kind: Kind, object: T, options?: CallOptions): Promise<T>;
  /** Deletes with background propagation; an object that is not there counts as deleted. */
  remove(
    kind: Kind,
    ref: ObjectRef,
    preconditions?: { uid?: string; resourceVersion?: string },
    options?: CallOptions,
  ): Promise<void>;
  /** A bound token of the ServiceAccount; with `uid` only of that very one (409 for a namesake). `expiresAt` in ms since 1970. */
  requestToken(
    serviceAccount: { namespace: string; name: string; uid?: string },
    ask: { expirationSeconds: number; audiences?: string[] },
    options?: CallOptions,
  ): Promise<{ token: Sealed; expiresAt: number }>;
  /** GET of a path that belongs to no kind, such as `/version`. */
  getPath(path: string, options?: CallOptions): Promise<unknown>;
}

const PATCH_TYPES = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
} as const;
/** JSON is YAML, so a JSON body may go under this type. */
const APPLY_TYPE = "application/apply-patch+yaml";

export function createClient(transport: Transport): KubeClient {
  const call = <T>(request: TransportRequest, options: CallOptions = {}): Promise<T> =>
    transport.call<T>({ ...request, ...options });

  return {
    get: (kind, ref, options) =>
      call({ method: "GET", path: objectPath(kind, ref), operation: operation("get", kind, ref) }, options),

    list: (kind, options) => listPages(transport, kind, options),

    watch: (kind, options) => watchEvents(transport, kind, options),

    create: (kind, object, { dryRun, ...options } = {}) =>
      call(
        {
          method: "POST",
          path: `${managed(collectionPath(kind, object))}${dryRun === true ? "&dryRun=All" : ""}`,
          body: object,
          operation: operation("create", kind, object.metadata),
        },
        options,
      ),

    apply(kind, object, { subresource, ...options } = {}) {
      const ref = withSubresource(object.metadata, subresource);
      return call(
        {
          method: "PATCH",
          path: `${managed(objectPath(kind, ref))}&force=true`,
          contentType: APPLY_TYPE,
          body: object,
          operation: operation("apply", kind, ref),
        },
        options,
      );
    },

    patch(kind, ref, { type, body }, { subresource, ...options } = {}) {
      const target = withSubresource(ref, subresource);
      return call(
        {
          method: "PATCH",
          path: managed(objectPath(kind, target)),
          contentType: PATCH_TYPES[type],
          body,
          operation: operation("patch", kind, target),
        },
        options,
      );
    },

    replace: (kind, object, options) =>
      call(
        {
          method: "PUT",
          path: managed(objectPath(kind, object.metadata)),
          body: object,
          operation: operation("replace", kind, object.metadata),
        },
        options,
      ),

    async remove(kind, ref, preconditions, options) {
      const body = {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: "Background",
        ...(preconditions === undefined ? {} : { preconditions }),
      };
      try {
        await call(
          { method: "DELETE", path: objectPath(kind, ref), body, operation: operation("delete", kind, ref) },
          options,
        );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },

    async requestToken({ namespace, name, uid }, ask, options) {
      const ref = { namespace, name, subresource: "token" };
      const body = {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        ...(uid === undefined ? {} : { metadata: { uid } }),
        spec: ask,
      };
      const { status } = await call<{ status: { token: string; expirationTimestamp: string } }>(
        {
          method: "POST",
          path: objectPath(SERVICE_ACCOUNT, ref),
          body,
          operation: {
            verb: "create",
            resource: "serviceaccounts/token",
            object: `token of ServiceAccount ${nameOf(ref)}`,
          },
        },
        options,
      );
      return { token: new Sealed(status.token), expiresAt: Date.parse(status.expirationTimestamp) };
    },

    getPath: (path, options) =>
      call(
        { method: "GET", path, operation: { verb: "get", resource: "path", object: path.split("?")[0] ?? "" } },
        options,
      ),
  };
}

function operation(
  verb: string,
  kind: Kind,
  ref: { namespace?: string; name?: string; subresource?: string },
): Operation {
  const resource = ref.subresource === undefined ? kind.plural : `${kind.plural}/${ref.subresource}`;
  return { verb, resource, object: `${kind.kind} ${nameOf(ref)}` };
}

function withSubresource(ref: ObjectRef, subresource: string | undefined): ObjectRef & { subresource?: string } {
  const { name, namespace } = ref;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function collectionPath(kind: Kind, object: KubeObject): string {
  const { namespace } = object.metadata;
  if (!kind.namespaced) return pathOf(kind);
  if (namespace === undefined || namespace === "") {
    throw new TypeError(`path of ${kind.kind} ${object.metadata.name}: a namespace is needed`);
  }
  return pathOf(kind, { namespace });
}

const managed = (path: string): string => `${path}?fieldManager=${FIELD_MANAGER}`;
