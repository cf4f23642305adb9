// What a Kubernetes Event looks like. Pure; events.ts writes them.
import type { KubeObject } from "../model/kube-object.ts";
import { FIELD_MANAGER } from "../model/labels.ts";
import { NAMESPACE } from "./kinds.ts";

/** `reason` is one CamelCase word; `message` a sentence without secrets. */
export interface Happening {
  type: "Normal" | "Warning";
  reason: string;
  message: string;
}

/** A v1 Event, of which equal ones are counted. */
export interface EventObject extends KubeObject {
  metadata: { name: string; namespace: string };
  involvedObject: Record<string, string>;
  type: string;
  reason: string;
  message: string;
  source: { component: string; host: string };
  reportingComponent: string;
  reportingInstance: string;
  firstTimestamp: string;
  lastTimestamp: string;
  count: number;
}

/** The apiserver's limits. */
const LONGEST_MESSAGE = 1024;
const LONGEST_INSTANCE = 128;
/** Leaves room for the suffix within a DNS subdomain. */
const LONGEST_NAME = 200;

/** Where an Event about `about` lives. A Namespace's own are inside it, so that a tenant reads them with `kubectl events`. */
export function namespaceOf({ kind, metadata }: KubeObject): string {
  return kind === NAMESPACE.kind ? metadata.name : (metadata.namespace ?? "default");
}

/** Equal for events that are counted up rather than repeated. */
export function eventKey({ kind, metadata }: KubeObject, { type, reason, message }: Happening): string {
  return JSON.stringify([kind, metadata.namespace, metadata.name, metadata.uid, type, reason, message]);
}

export function eventObject(options: {
  about: KubeObject;
  event: Happening;
  /** ms since 1970. */
  at: number;
  times: number;
  identity: string;
  /** Makes names differ within one millisecond. */
  serial: number;
}): EventObject {
  const { about, event, at, times, identity, serial } = options;
  const namespace = namespaceOf(about);
  const { name, uid, resourceVersion } = about.metadata;
  const time = new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  const suffix = `${at.toString(16)}${serial.toString(16).padStart(4, "0")}`;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name.slice(0, LONGEST_NAME).replace(/[^a-z0-9]+$/, "")}.${suffix}`, namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      // the apiserver wants it to be the Event's own, unless both are "default" or none
      namespace,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type: event.type,
    reason: event.reason,
    message: shortened(event.message),
    source: { component: FIELD_MANAGER, host: identity },
    reportingComponent: FIELD_MANAGER,
    reportingInstance: identity.slice(0, LONGEST_INSTANCE),
    firstTimestamp: time,
    lastTimestamp: time,
    count: times,
  };
}

/** The same Event, having happened `times` more. */
export function countedAgain(event: EventObject, { times, at }: { times: number; at: number }): EventObject {
  return { ...event, count: event.count + times, lastTimestamp: new Date(at).toISOString().replace(/\.\d+Z$/, "Z") };
}

const shortened = (message: string): string =>
  message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE - 1)}…`;
