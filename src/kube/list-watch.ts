// A live copy of all objects of one kind, for reading and for listening. Put together from cache and reflector.
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Log } from "../model/log.ts";
import type { KubeClient } from "./client.ts";
import type { Kind, ObjectRef } from "./kinds.ts";
import { type CacheEvent, createObjectCache } from "./object-cache.ts";
import { REFLECTOR_TIMING, type ReflectorTiming, reflect } from "./reflector.ts";

export type { CacheEvent };

export interface ListWatch<T extends KubeObject> {
  /** The first list is complete. Stays true through later troubles: the copy is then old, not empty. */
  synced(): boolean;
  /** Rejects when `signal` is aborted first. */
  whenSynced(signal: AbortSignal): Promise<void>;
  get(ref: ObjectRef): T | undefined;
  values(): Iterable<T>;
  size(): number;
  /** Before `run`. With a label selector, "removed" also means that the object no longer matches. */
  subscribe(listener: (event: CacheEvent<T>) => void): void;
  /** Before `run`. Told up to which resourceVersion all events have come: after each of them, each list, and from time to time where nothing happens. */
  follow(listener: (version: string) => void): void;
  /** Resolves when aborted; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ListWatchOptions<T extends KubeObject> {
  client: KubeClient;
  kind: Kind;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  metadataOnly?: boolean;
  /** How it is called in metrics and log, where two watch the same kind; the kind's plural if left out. */
  label?: string;
  /** What is kept of an object; managedFields are gone already. Must leave its metadata's identity alone. */
  transform?: (object: T) => T;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  random?: () => number;
  timing?: Partial<ReflectorTiming>;
}

export function createListWatch<T extends KubeObject>(options: ListWatchOptions<T>): ListWatch<T> {
  const { client, kind, clock, log, metrics, transform, timing, random = Math.random } = options;
  const { namespace, labelSelector, fieldSelector, metadataOnly, label: resource = kind.plural } = options;
  const cache = createObjectCache<T>({ resource, log });
  const first = Promise.withResolvers<void>();
  const followers: ((version: string) => void)[] = [];
  let synced = false;
  const count = (): void => metrics.watchObjects.set({ resource }, cache.size());
  metrics.watchSynced.set({ resource }, 0);

  const sink = {
    async listed(objects: T[]) {
      const initial = !synced;
      await cache.replaceAll(objects, initial);
      count();
      synced = true;
      metrics.watchSynced.set({ resource }, 1);
      first.resolve();
      if (initial) log.info({ resource, objects: objects.length }, "watch synced");
    },
    put(object: T) {
      cache.put(object);
      count();
    },
    drop(object: T) {
      cache.drop(object);
      count();
    },
    reached(version: string) {
      metrics.watchLastEvent.set({ resource }, clock.now() / 1000);
      for (const listener of followers) listener(version);
    },
    restarted: (cause: string) => metrics.watchRestarts.inc({ resource, cause }),
  };

  const prepare = (object: T): T => {
    const { managedFields: _, ...metadata } = object.metadata;
    object.metadata = metadata; // not by `delete`: that makes a hash table of it, which weighs 400 bytes more
    return transform === undefined ? object : transform(object);
  };

  return {
    synced: () => synced,
    whenSynced: (signal) => settled(first.promise, signal),
    get: (ref) => cache.get(ref),
    values: () => cache.values(),
    size: () => cache.size(),
    subscribe: (listener) => cache.subscribe(listener),
    follow: (listener) => void followers.push(listener),
    run: (signal) =>
      reflect(
        {
          client,
          kind,
          select: {
            ...(namespace === undefined ? {} : { namespace }),
            ...(labelSelector === undefined ? {} : { labelSelector }),
            ...(fieldSelector === undefined ? {} : { fieldSelector }),
            ...(metadataOnly === undefined ? {} : { metadataOnly }),
          },
          prepare,
          sink,
          timing: { ...REFLECTOR_TIMING, ...timing },
          clock,
          log,
          random,
        },
        signal,
      ),
  };
}

/** `promise`, or a rejection as soon as `signal` is aborted. */
function settled(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new Error("wait for the first list: aborted", { cause: signal.reason }));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    void promise.then(resolve).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
