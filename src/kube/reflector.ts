// Keeps a list and a watch of one kind going, whatever the server does. Not for storing: a sink gets what comes.
import { type Backoff, fullJitter } from "../model/backoff.ts";
import { type Clock, delay } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Log } from "../model/log.ts";
import type { KubeClient } from "./client.ts";
import { isExpired, isSilence, KubeError } from "./errors.ts";
import type { Kind } from "./kinds.ts";

export interface ReflectorSink<T> {
  /** A whole list, complete; never called with a part of one. Nothing else is told until it is taken. */
  listed(objects: T[]): Promise<void> | void;
  put(object: T): void;
  drop(object: T): void;
  /** Any sign of life, bookmarks included: all that happened up to this resourceVersion has been told. */
  reached(version: string): void;
  restarted(cause: RestartCause): void;
}

export type RestartCause = "closed" | "error" | "expired" | "silent";

export interface ReflectorTiming {
  backoff: Backoff;
  /** A watch that lived this long was healthy: the back-off begins anew. */
  healthyMs: number;
  /** Bound of one page of a list, and of the time to a watch's head. */
  answerMs: number;
  /** Silence after which a watch counts as dead. */
  idleMs: number;
  /** The server is asked to end a watch after a random time between these. */
  watchSeconds: { from: number; to: number };
}

export const REFLECTOR_TIMING: ReflectorTiming = {
  backoff: { baseMs: 800, maxMs: 30_000 },
  healthyMs: 10_000,
  answerMs: 30_000,
  idleMs: 90_000,
  watchSeconds: { from: 270, to: 330 },
};

/** A watch that fails this often in a row without an event is begun from a new list: its version may be the trouble. */
const RELIST_AFTER = 5;

export interface ReflectorOptions<T extends KubeObject> {
  client: KubeClient;
  kind: Kind;
  select: { namespace?: string; labelSelector?: string; fieldSelector?: string; metadataOnly?: boolean };
  prepare: (object: T) => T;
  sink: ReflectorSink<T>;
  timing: ReflectorTiming;
  clock: Clock;
  log: Log;
  random: () => number;
}

/** Runs until `signal` is aborted; never rejects. */
export async function reflect<T extends KubeObject>(options: ReflectorOptions<T>, signal: AbortSignal): Promise<void> {
  const { kind, sink, timing, clock, log, random } = options;
  let version: string | undefined;
  let failures = 0;
  let lastCause = "";

  while (!signal.aborted) {
    if (failures >= RELIST_AFTER && failures % RELIST_AFTER === 0) version = undefined;
    const end = await attempt(options, version, signal);
    version = end.version;
    if (signal.aborted) return;
    if (end.healthy) {
      failures = 0;
      lastCause = "";
    }
    sink.restarted(end.cause);
    // a watch has its end; and of a kind that never changed since the server's start there are no bookmarks: asked again at once
    if (end.lived && (end.cause === "closed" || end.cause === "silent")) continue;

    const why = end.cause === "closed" ? "the server ends every watch at once" : describe(end.error);
    const waitMs = Math.max(fullJitter(failures, timing.backoff, random), retryAfter(end.error));
    report(log, {
      fields: { resource: kind.plural, error: why, waitMs },
      changed: why !== lastCause,
      cause: end.cause,
    });
    lastCause = why;
    failures++;
    await delay(waitMs, clock, signal);
  }
}

interface End {
  cause: RestartCause;
  error?: unknown;
  /** Where to go on from; undefined: list first. */
  version: string | undefined;
  /** An event came, or the watch lived for long. */
  healthy: boolean;
  lived: boolean;
}

/** One list, if `from` is undefined, and one watch. */
async function attempt<T extends KubeObject>(
  options: ReflectorOptions<T>,
  from: string | undefined,
  signal: AbortSignal,
): Promise<End> {
  const { clock, timing } = options;
  let version = from;
  let events = 0;
  let watchingSince: number | undefined;
  const end = (cause: RestartCause, error?: unknown): End => {
    const lived = watchingSince !== undefined && clock.now() - watchingSince >= timing.healthyMs;
    return { cause, error, version: cause === "expired" ? undefined : version, healthy: lived || events > 0, lived };
  };
  try {
    version ??= await listAll(options, signal);
    watchingSince = clock.now();
    for await (const { type, object } of openWatch(options, version, signal)) {
      if (type !== "BOOKMARK") {
        events++;
        if (type === "DELETED") options.sink.drop(options.prepare(object));
        else options.sink.put(options.prepare(object));
      }
      version = object.metadata.resourceVersion ?? version;
      options.sink.reached(version);
    }
    return end("closed");
  } catch (error) {
    return end(isExpired(error) ? "expired" : isSilence(error) ? "silent" : "error", error);
  }
}

/** All pages, handed over only when the last is there; returns the list's resourceVersion. */
async function listAll<T extends KubeObject>(options: ReflectorOptions<T>, signal: AbortSignal): Promise<string> {
  const { client, kind, select, timing } = options;
  const objects: T[] = [];
  let version = "";
  for await (const page of client.list<T>(kind, { ...select, signal, timeoutMs: timing.answerMs })) {
    for (const item of page.items) objects.push(options.prepare(item));
    version = page.resourceVersion;
  }
  await options.sink.listed(objects);
  options.sink.reached(version);
  return version;
}

function openWatch<T extends KubeObject>(options: ReflectorOptions<T>, resourceVersion: string, signal: AbortSignal) {
  const { client, kind, select, timing, random } = options;
  const { from, to } = timing.watchSeconds;
  return client.watch<T>(kind, {
    ...select,
    resourceVersion,
    signal,
    timeoutMs: timing.answerMs,
    idleMs: timing.idleMs,
    timeoutSeconds: Math.round(from + random() * (to - from)),
  });
}

/** Once per change of cause, so that an outage of hours is not a log of hours. Old versions are routine. */
function report(log: Log, event: { fields: Record<string, unknown>; changed: boolean; cause: RestartCause }): void {
  if (!event.changed) log.debug(event.fields, "watch interrupted again");
  else if (event.cause === "expired") log.info(event.fields, "watch expired");
  else log.warn(event.fields, "watch interrupted");
}

const retryAfter = (error: unknown): number => (error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0);
