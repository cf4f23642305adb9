// The objects of one kind as last seen, and who is told of changes. Pure memory: reflector.ts feeds it.
import { bitByBit } from "../model/bit-by-bit.ts";
import { describe } from "../model/errors.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Log } from "../model/log.ts";
import { nameOf, type ObjectRef } from "./kinds.ts";

/** `object` of a removal is the last state known. `initial` is true for what the first list held. */
export interface CacheEvent<T> {
  type: "added" | "changed" | "removed";
  object: T;
  previous?: T;
  initial: boolean;
}

export interface ObjectCache<T extends KubeObject> {
  get(ref: ObjectRef): T | undefined;
  values(): Iterable<T>;
  size(): number;
  subscribe(listener: (event: CacheEvent<T>) => void): void;
  /** The result of a whole list. All of it is there at once; the differences from what was there are told bit by bit, removals first. Resolves when all are. */
  replaceAll(objects: T[], initial: boolean): Promise<void>;
  put(object: T): void;
  drop(object: T): void;
}

/** A listener that throws is logged and does not keep the others from hearing. */
export function createObjectCache<T extends KubeObject>(options: { resource: string; log: Log }): ObjectCache<T> {
  const { resource, log } = options;
  let objects = new Map<string, T>();
  const listeners: ((event: CacheEvent<T>) => void)[] = [];

  function tell(event: CacheEvent<T>): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        log.error({ resource, object: nameOf(event.object.metadata), error: describe(error) }, "watch listener failed");
      }
    }
  }

  function tellDifference(object: T, previous: T | undefined, initial: boolean): void {
    if (previous === undefined) {
      tell({ type: "added", object, initial });
    } else if (previous.metadata.uid !== object.metadata.uid) {
      tell({ type: "removed", object: previous, initial });
      tell({ type: "added", object, initial });
    } else if (previous.metadata.resourceVersion !== object.metadata.resourceVersion) {
      tell({ type: "changed", object, previous, initial });
    }
  }

  return {
    get: (ref) => objects.get(nameOf(ref)),
    values: () => objects.values(),
    size: () => objects.size,
    subscribe: (listener) => {
      listeners.push(listener);
    },
    async replaceAll(list, initial) {
      const before = objects;
      const now = new Map(list.map((object) => [nameOf(object.metadata), object]));
      objects = now;
      const gone = [...before].filter(([name]) => !now.has(name)).map(([, object]) => object);
      await bitByBit(gone, (object) => tell({ type: "removed", object, initial }));
      await bitByBit(list, (object) => tellDifference(object, before.get(nameOf(object.metadata)), initial));
    },
    put(object) {
      const name = nameOf(object.metadata);
      const previous = objects.get(name);
      objects.set(name, object);
      tellDifference(object, previous, false);
    },
    drop(object) {
      const name = nameOf(object.metadata);
      const previous = objects.get(name);
      // the removal of an earlier bearer of the name says nothing about this one
      if (previous === undefined || previous.metadata.uid !== object.metadata.uid) return;
      objects.delete(name);
      tell({ type: "removed", object, previous, initial: false });
    },
  };
}
