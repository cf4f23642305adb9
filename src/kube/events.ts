// Kubernetes Events about what happens to a tenant's objects. For people: nothing may depend on them, and none is worth a failure.
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Log } from "../model/log.ts";
import type { KubeClient } from "./client.ts";
import { isNotFound } from "./errors.ts";
import { countedAgain, type EventObject, eventKey, eventObject, type Happening, namespaceOf } from "./event-object.ts";
import { EVENT } from "./kinds.ts";

export interface EventRecorder {
  /** Returns at once and never throws. */
  record(about: KubeObject, event: Happening): void;
  /** Waits until all that was recorded is written or dropped. */
  flush(): Promise<void>;
}

/** Events that wait to be written, at most; more are dropped. */
const BUFFER = 1_000;
/** Namespaces that are written to side by side. */
const WRITERS = 4;
/** Within this time an equal event is counted up; the apiserver keeps Events for an hour. */
const COUNT_UP_MS = 600_000;
const REMEMBERED = 2_000;

interface Pending {
  key: string;
  about: KubeObject;
  event: Happening;
  at: number;
  times: number;
}

export function createEventRecorder(options: {
  client: KubeClient;
  identity: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): EventRecorder {
  const { client, identity, clock, log, metrics } = options;
  // one queue per namespace keeps the order that a reader of the namespace sees
  const waiting = new Map<string, Pending[]>();
  const written = new Map<string, EventObject>();
  const busy = new Set<string>();
  let buffered = 0;
  let flushed = Promise.withResolvers<void>();
  let serial = 0;

  async function write({ key, about, event, at, times }: Pending): Promise<void> {
    const known = written.get(key);
    written.delete(key);
    if (known !== undefined && at - Date.parse(known.lastTimestamp) < COUNT_UP_MS) {
      const next = countedAgain(known, { times, at });
      const { name, namespace } = known.metadata;
      const body = { count: next.count, lastTimestamp: next.lastTimestamp };
      try {
        await client.patch<EventObject>(EVENT, { name, namespace }, { type: "merge", body });
        return remember(key, next);
      } catch (error) {
        // the Event is gone: tell it anew
        if (!isNotFound(error)) throw error;
      }
    }
    const object = eventObject({ about, event, at, times, identity, serial: serial++ });
    remember(key, await client.create<EventObject>(EVENT, object));
  }

  function remember(key: string, object: EventObject): void {
    written.set(key, object);
    for (const oldest of written.keys()) {
      if (written.size <= REMEMBERED) break;
      written.delete(oldest);
    }
  }

  async function writeAll(namespace: string, queue: Pending[]): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        await write(next);
      } catch (error) {
        metrics.eventsDropped.inc(next.times);
        log.debug({ namespace, reason: next.event.reason, error: describe(error) }, "event dropped");
      }
      buffered--;
    }
    waiting.delete(namespace);
    busy.delete(namespace);
    pump();
  }

  function pump(): void {
    for (const [namespace, queue] of waiting) {
      if (busy.size >= WRITERS) return;
      if (busy.has(namespace)) continue;
      busy.add(namespace);
      void writeAll(namespace, queue);
    }
    if (busy.size === 0) {
      flushed.resolve();
      flushed = Promise.withResolvers<void>();
    }
  }

  return {
    record(about, event) {
      const namespace = namespaceOf(about);
      const key = eventKey(about, event);
      const queue = waiting.get(namespace) ?? [];
      const last = queue.at(-1);
      if (last?.key === key) {
        last.times++;
        last.at = clock.now();
        return;
      }
      if (buffered >= BUFFER) {
        metrics.eventsDropped.inc();
        return;
      }
      buffered++;
      queue.push({ key, about, event, at: clock.now(), times: 1 });
      waiting.set(namespace, queue);
      pump();
    },
    flush: () => (waiting.size === 0 ? Promise.resolve() : flushed.promise),
  };
}
