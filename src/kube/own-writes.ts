// Read-your-writes over a watch's cache: what was just written is seen at once, not only when its event comes back.
import type { Clock } from "../model/clock.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { ObjectRef } from "./kinds.ts";
import type { ListWatch } from "./list-watch.ts";

/** Longer than a watch may be silent before it is given up and begun anew; what has not shown up then never will. */
const KEEP_MS = 180_000;

export interface OwnWrites<T extends KubeObject> {
  /** The newer of the cached object and the last one written here. */
  get(ref: ObjectRef): T | undefined;
  wrote(object: T): void;
  removed(ref: ObjectRef): void;
}

/**
 * Call it before the list-watch runs: it listens to its events. `undone` is told of a write that somebody undid while the watch was away:
 * the list after it does not have the object, and the one before did not either, so that no event says so.
 */
export function createOwnWrites<T extends KubeObject>(
  cache: ListWatch<T>,
  clock: Clock,
  undone: (object: T) => void = () => undefined,
): OwnWrites<T> {
  const writes = new Map<string, { object: T | undefined; at: number }>();

  cache.subscribe(({ type, object }) => {
    const key = keyOf(object.metadata);
    const own = writes.get(key);
    // a list that no longer has the object tells of it as it was last seen, which may be before the write
    if (own !== undefined && type === "removed" && isOf(own.object, object)) writes.delete(key);
    forgetUpTo(version(object));
  });
  cache.follow((reached) => forgetUpTo(BigInt(reached)));

  /** Events come in the order of versions: what the watch has passed it will not tell of any more. */
  function forgetUpTo(seen: bigint): void {
    for (const [key, { object }] of writes) {
      if (object === undefined) continue;
      if (version(object) > seen) return;
      writes.delete(key);
      const cached = cache.get(object.metadata);
      if (cached === undefined || version(cached) < version(object)) undone(object);
    }
  }

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
      const key = keyOf(object.metadata);
      writes.delete(key); // what is set anew goes to the end
      writes.set(key, { object, at: clock.now() });
    },
    removed(ref) {
      if (cache.get(ref) !== undefined) writes.set(keyOf(ref), { object: undefined, at: clock.now() });
    },
  };
}

/** A removal that was written is confirmed by any; an object only by its own. */
const isOf = (written: KubeObject | undefined, seen: KubeObject): boolean =>
  written === undefined || written.metadata.uid === seen.metadata.uid;

const keyOf = (ref: ObjectRef): string => `${ref.namespace ?? ""}/${ref.name}`;

/** resourceVersions of one kind are ordered integers (KEP-5504). */
const version = (object: KubeObject): bigint => BigInt(object.metadata.resourceVersion ?? "0");
