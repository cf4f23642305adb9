// An API server in memory for unit tests: objects with resourceVersions and UIDs, the errors that clients must tell apart, events for caches.
// It is no substitute for the real one: what depends on admission, RBAC or the merge rules of a type is tested on the sandbox.
import type { KubeClient } from "../../src/kube/client.ts";
import { KubeError } from "../../src/kube/errors.ts";
import { type Kind, nameOf, type ObjectRef } from "../../src/kube/kinds.ts";
import type { CacheEvent, ListWatch } from "../../src/kube/list-watch.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import { Sealed } from "../../src/model/sealed.ts";

export interface FakeKube {
  client: KubeClient;
  /** Every call, as `verb Kind namespace/name`. */
  calls: string[];
  writes(): string[];
  /** Puts or changes an object as somebody else would. */
  put<T extends KubeObject>(object: T): T;
  delete(kind: string, ref: ObjectRef): void;
  get<T extends KubeObject>(kind: string, ref: ObjectRef): T | undefined;
  /** A synced cache of the kind that follows every change at once; `select` limits it. */
  cache<T extends KubeObject>(kind: string, select?: (object: KubeObject) => boolean): ListWatch<T>;
  /** Caches see nothing from now on, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Caches are told how far they are, although nothing happens. */
  bookmark(): void;
  /** The next call whose description begins with `prefix` throws. */
  failNext(prefix: string, error: Error): void;
  /** What requestToken answers. */
  issueToken(ref: { namespace: string; name: string; uid?: string }): { token: string; expiresAt: number };
}

export const kubeError = (status: number, reason: string, causes: string[] = []): KubeError =>
  new KubeError(`test: ${reason}`, { status, reason, causes });

/** What kube-apiserver says when the UID in a patch is not the object's. */
const otherObject = (): KubeError =>
  new KubeError("test: other object", { status: 422, reason: "Invalid", fields: ["metadata.uid"] });

export function createFakeKube(): FakeKube {
  const objects = new Map<string, KubeObject>();
  const listeners: ((type: CacheEvent<KubeObject>["type"], object: KubeObject) => void)[] = [];
  const failures: { prefix: string; error: Error }[] = [];
  const calls: string[] = [];
  const followers: ((version: string) => void)[] = [];
  let version = 100;
  let uids = 0;
  let held: (() => void)[] | undefined;

  const keyOf = (kind: string, ref: { namespace?: string; name?: string }): string => `${kind} ${nameOf(ref)}`;

  function tell(type: CacheEvent<KubeObject>["type"], object: KubeObject): void {
    const event = (): void => listeners.forEach((listener) => listener(type, structuredClone(object)));
    if (held === undefined) event();
    else held.push(event);
  }

  function store<T extends KubeObject>(object: T): T {
    const key = keyOf(object.kind, object.metadata);
    const before = objects.get(key);
    const uid = before?.metadata.uid ?? object.metadata.uid ?? `uid-${++uids}`;
    const creationTimestamp =
      before?.metadata.creationTimestamp ?? object.metadata.creationTimestamp ?? "2026-01-01T00:00:00Z";
    const stored = {
      ...object,
      metadata: { ...object.metadata, uid, creationTimestamp, resourceVersion: String(++version) },
    };
    objects.set(key, structuredClone(stored));
    tell(before === undefined ? "added" : "changed", stored);
    return structuredClone(stored);
  }

  function erase(kind: string, ref: ObjectRef): void {
    const found = objects.get(keyOf(kind, ref));
    if (found === undefined) return;
    objects.delete(keyOf(kind, ref));
    tell("removed", { ...found, metadata: { ...found.metadata, resourceVersion: String(++version) } });
  }

  function call(verb: string, kind: string, ref: { namespace?: string; name?: string }): void {
    const description = `${verb} ${keyOf(kind, ref)}`;
    calls.push(description);
    const failing = failures.findIndex(({ prefix }) => description.startsWith(prefix));
    if (failing >= 0) throw failures.splice(failing, 1)[0]?.error;
  }

  function existing(kind: Kind, ref: ObjectRef): KubeObject {
    const found = objects.get(keyOf(kind.kind, ref));
    if (found === undefined) throw kubeError(404, "NotFound");
    return found;
  }

  const fake: FakeKube = {
    calls,
    writes: () => calls.filter((line) => !/^(get|list|watch) /.test(line)),
    put: (object) => store(object),
    delete: erase,
    get: <T extends KubeObject>(kind: string, ref: ObjectRef) =>
      structuredClone(objects.get(keyOf(kind, ref))) as T | undefined,
    freeze: () => void (held ??= []),
    bookmark: () => followers.forEach((follower) => follower(String(version))),
    thaw() {
      const events = held ?? [];
      held = undefined;
      for (const event of events) event();
    },
    failNext: (prefix, error) => void failures.push({ prefix, error }),
    issueToken: () => ({ token: "token", expiresAt: 0 }),
    cache<T extends KubeObject>(kind: string, select: (object: KubeObject) => boolean = () => true): ListWatch<T> {
      const cached = new Map<string, T>();
      const subscribers: ((event: CacheEvent<T>) => void)[] = [];
      for (const object of objects.values()) {
        if (object.kind === kind && select(object)) cached.set(nameOf(object.metadata), structuredClone(object) as T);
      }
      listeners.push((told, stored) => {
        if (stored.kind !== kind) return;
        const object = stored as T;
        const name = nameOf(object.metadata);
        const seen = told !== "removed" && select(object);
        const previous = cached.get(name);
        if (!seen && previous === undefined) return;
        if (seen) cached.set(name, object);
        else cached.delete(name);
        const type = seen ? (previous === undefined ? "added" : "changed") : "removed";
        for (const subscriber of subscribers) {
          subscriber({ type, object, initial: false, ...(previous === undefined ? {} : { previous }) });
        }
      });
      return {
        synced: () => true,
        whenSynced: () => Promise.resolve(),
        get: (ref) => cached.get(nameOf(ref)),
        values: () => cached.values(),
        size: () => cached.size,
        subscribe: (listener) => void subscribers.push(listener),
        follow: (listener) => void followers.push(listener),
        run: () => Promise.resolve(),
      };
    },
    client: {
      async get<T extends KubeObject>(kind: Kind, ref: ObjectRef): Promise<T> {
        call("get", kind.kind, ref);
        return structuredClone(existing(kind, ref)) as T;
      },
      /** Two objects a page, so that a caller has to follow pages. */
      async *list<T extends KubeObject>(kind: Kind, { namespace }: { namespace?: string }) {
        call("list", kind.kind, namespace === undefined ? {} : { namespace });
        const found = [...objects.values()].filter((object) => object.kind === kind.kind);
        const items = found.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
        for (let from = 0; from === 0 || from < items.length; from += 2) {
          const page = structuredClone(items.slice(from, from + 2)) as T[];
          yield { items: page, resourceVersion: String(version) };
        }
      },
      watch: () => assert("watch"),
      async create<T extends KubeObject>(kind: Kind, object: T): Promise<T> {
        call("create", kind.kind, object.metadata);
        if (objects.has(keyOf(kind.kind, object.metadata))) throw kubeError(409, "AlreadyExists");
        return store(object);
      },
      async apply<T extends KubeObject>(kind: Kind, object: T, options: { subresource?: string } = {}): Promise<T> {
        call(options.subresource === undefined ? "apply" : `apply-${options.subresource}`, kind.kind, object.metadata);
        const before = objects.get(keyOf(kind.kind, object.metadata));
        if (object.metadata.uid !== undefined && before?.metadata.uid !== object.metadata.uid) throw otherObject();
        return store(merge(before ?? {}, object) as T);
      },
      async patch<T extends KubeObject>(kind: Kind, ref: ObjectRef, { body }: { body: unknown }): Promise<T> {
        call("patch", kind.kind, ref);
        const before = existing(kind, ref);
        const uid = (body as { metadata?: { uid?: string } }).metadata?.uid;
        if (uid !== undefined && uid !== before.metadata.uid) throw otherObject();
        return store(merge(before, body) as T);
      },
      async replace<T extends KubeObject>(kind: Kind, object: T): Promise<T> {
        call("replace", kind.kind, object.metadata);
        const before = existing(kind, object.metadata);
        const { resourceVersion } = object.metadata;
        if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion)
          throw kubeError(409, "Conflict");
        return store(object);
      },
      async remove(kind, ref, preconditions = {}) {
        call("remove", kind.kind, ref);
        const before = objects.get(keyOf(kind.kind, ref));
        if (preconditions.uid !== undefined && before !== undefined && before.metadata.uid !== preconditions.uid) {
          throw kubeError(409, "Conflict");
        }
        erase(kind.kind, ref);
      },
      async requestToken(ref) {
        call("requestToken", "ServiceAccount", ref);
        const { token, expiresAt } = fake.issueToken(ref);
        return { token: new Sealed(token), expiresAt };
      },
      async getPath() {
        return {};
      },
    },
  };
  return fake;
}

function assert(verb: string): never {
  throw new Error(`${verb} is not scripted: unit tests use cache()`);
}

/** RFC 7396, which is near enough to what the verbs do to the maps that are written here. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === "object" && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
