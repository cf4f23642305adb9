// Adds to the fake API server what a real list-watch needs: lists, watches and JSON Patch (`test` and `add` only).
import type { KubeClient, ListOptions, WatchEvent } from "../../src/kube/client.ts";
import type { Kind, ObjectRef } from "../../src/kube/kinds.ts";
import type { KubeObject } from "../../src/model/kube-object.ts";
import { type FakeKube, kubeError } from "./kube-fake.ts";

const TYPES = { added: "ADDED", changed: "MODIFIED", removed: "DELETED" } as const;

/** The fake's client with `list` and `watch` (field selector `metadata.name` only); a watch tells all that happened since its list. */
export function streamingClient(fake: FakeKube, kinds: readonly Kind[]): KubeClient {
  const logs = new Map(kinds.map(({ kind }) => [kind, recordEvents(fake, kind)]));
  const log = ({ kind }: Kind): EventLog => logs.get(kind) ?? recordEvents(fake, kind);

  async function* list<T extends KubeObject>(kind: Kind, options: ListOptions) {
    await Promise.resolve();
    const { events, values } = log(kind);
    const items = values().filter(selected(options)) as T[];
    yield { items, resourceVersion: String(events.length) };
  }

  async function* watch<T extends KubeObject>(kind: Kind, options: ListOptions & { resourceVersion: string }) {
    const { events, changed } = log(kind);
    for (let at = Number(options.resourceVersion); options.signal?.aborted !== true; ) {
      const event = events[at];
      if (event === undefined) await changed(options.signal);
      else {
        at++;
        const object = { ...event.object, metadata: { ...event.object.metadata, resourceVersion: String(at) } };
        if (selected(options)(object)) yield { type: event.type, object } as WatchEvent<T>;
      }
    }
  }

  async function patch<T extends KubeObject>(kind: Kind, ref: ObjectRef, patching: Parameters<KubeClient["patch"]>[2]) {
    if (!Array.isArray(patching.body)) return await fake.client.patch<T>(kind, ref, patching);
    const before = await fake.client.patch<T>(kind, ref, { type: "merge", body: {} }); // counted, and checked to exist
    return fake.put(applied(before, patching.body as Operation[]));
  }

  return { ...fake.client, list, watch, patch };
}

interface EventLog {
  events: { type: (typeof TYPES)[keyof typeof TYPES]; object: KubeObject }[];
  values: () => KubeObject[];
  changed: (signal: AbortSignal | undefined) => Promise<void>;
}

function recordEvents(fake: FakeKube, kind: string): EventLog {
  const cache = fake.cache(kind);
  const events: EventLog["events"] = [];
  let change = Promise.withResolvers<void>();
  cache.subscribe(({ type, object }) => {
    events.push({ type: TYPES[type], object: structuredClone(object) });
    change.resolve();
    change = Promise.withResolvers();
  });
  return {
    events,
    values: () => structuredClone([...cache.values()]),
    changed: async (signal) => {
      const aborted = Promise.withResolvers<void>();
      const abort = (): void => aborted.resolve();
      signal?.addEventListener("abort", abort, { once: true });
      await Promise.race([change.promise, aborted.promise]);
      signal?.removeEventListener("abort", abort);
    },
  };
}

const selected =
  ({ fieldSelector }: ListOptions) =>
  ({ metadata }: KubeObject): boolean =>
    fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`;

interface Operation {
  op: string;
  path: string;
  value: unknown;
}

function applied<T>(object: T, operations: Operation[]): T {
  const result = structuredClone(object);
  for (const { op, path, value } of operations) {
    const keys = path.split("/").slice(1);
    const last = keys.pop() ?? "";
    const parent = keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], result);
    if (typeof parent !== "object" || parent === null) throw kubeError(422, "Invalid");
    const holder = parent as Record<string, unknown>;
    if (op === "test" && holder[last] !== value) throw kubeError(422, "Invalid");
    if (op === "add") holder[last] = value;
  }
  return result;
}
