// Read-your-writes over a watch's cache: what was just written is seen at once, not only when its event comes back.
import type { Clock } from "../model/clock.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { ObjectRef } from "./kinds.ts";
import type { ListWatch } from "./list-watch.ts";

/** Longer than any event takes; an own write that never shows up was undone while the watch was away. */
const KEEP_MS = 30_000;

export interface OwnWrites<T extends KubeObject> {
  /** The newer of the cached object and the last one written here. */
  get(ref: ObjectRef): T | undefined;
  wrote(object: T): void;
  removed(ref: ObjectRef): void;
}

/** Call it before the list-watch runs: it listens to its events. */
export function createOwnWrites<T extends KubeObject>(cache: ListWatch<T>, clock: Clock): OwnWrites<T> {
  const writes = new Map<string, { object: T | undefined; at: number }>();

  cache.subscribe(({ type, object }) => {
    const key = keyOf(object.metadata);
    const own = writes.get(key);
    if (own === undefined) return;
    const caughtUp = own.object === undefined ? type === "removed" : version(object) >= version(own.object);
    if (caughtUp) writes.delete(key);
  });

  return {
    get(ref) {
      const key = keyOf(ref);
      const own = writes.get(key);
      if (own === undefined) return cache.get(ref);
      if (clock.now() - own.at < KEEP_MS) return own.object;
      writes.delete(key);
      return cache.get(ref);
    },
    wrote(object) {
      const cached = cache.get(object.metadata);
      if (cached !== undefined && version(cached) >= version(object)) return;
      writes.set(keyOf(object.metadata), { object, at: clock.now() });
    },
    removed(ref) {
      if (cache.get(ref) !== undefined) writes.set(keyOf(ref), { object: undefined, at: clock.now() });
    },
  };
}

const keyOf = (ref: ObjectRef): string => `${ref.namespace ?? ""}/${ref.name}`;

/** resourceVersions of one kind are ordered integers (KEP-5504). */
const version = (object: KubeObject): bigint => BigInt(object.metadata.resourceVersion ?? "0");
