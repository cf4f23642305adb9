// Goes through all objects that rules are about, page by page, and judges each. For the survey, and for whoever wants to look once.
import { setImmediate as turn } from "node:timers/promises";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { Judgement } from "../../webhooks/judge.ts";
import type { Resource } from "../../webhooks/validating/resource.ts";
import type { KubeClient } from "../kube/client.ts";
import { isExpired, isNotFound } from "../kube/errors.ts";
import type { Kind } from "../kube/kinds.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { requestAtRest } from "./request.ts";
import { createServed } from "./served.ts";

export interface Found {
  object: KubeObject;
  request: AdmissionRequest;
  judgement: Judgement;
}

export interface WalkedPage {
  resource: Resource;
  /** It is the first of its resource. The list may begin anew: what earlier pages of that resource said is void then. */
  first: boolean;
  /** Every object of the page, also those that nothing is against. Not to be kept: a cluster may have any number. */
  found: Found[];
}

export interface WalkOptions {
  client: Pick<KubeClient, "getPath" | "list">;
  /** `resourcesAtRest` of the rules. A resource that is not served has no page; one without objects has one page. */
  resources: readonly Resource[];
  judge: (request: AdmissionRequest) => Judgement;
  /** Ends the walk quietly. */
  signal: AbortSignal;
  /** Told of a resource that could not be read to its end; the walk goes on with the next. */
  failed: (resource: Resource, error: unknown) => void;
  /** Waits between two pages; left out: only a turn of the event loop. */
  pause?: () => Promise<unknown>;
}

/** Small, because an Application's status can have a hundred kilobytes, and a page is parsed in one go. */
export const PAGE = 100;
/** A list that expires while it is read is begun anew, this often in all. */
const MOST_LISTS = 3;
/** Objects may be converted by a webhook of their own, which takes its time. */
const TIMEOUT_MS = 30_000;
/** Others wait no longer than this (and the one judgement that goes beyond it). */
const SLICE_MS = 5;

/** One resource after the other, one page at a time. */
export async function* walk(options: WalkOptions): AsyncGenerator<WalkedPage, void, undefined> {
  const { client, resources, signal, failed } = options;
  const served = createServed(client, signal);
  for (const resource of resources) {
    try {
      const kind = await served(resource);
      if (kind !== undefined) yield* walkResource(resource, kind, options);
    } catch (error) {
      if (signal.aborted) return;
      failed(resource, error);
    }
    if (signal.aborted) return;
  }
}

async function* walkResource(
  resource: Resource,
  kind: Kind,
  options: WalkOptions,
): AsyncGenerator<WalkedPage, void, undefined> {
  for (let lists = 1; ; lists++) {
    try {
      yield* pages(resource, kind, options);
      return;
    } catch (error) {
      if (isNotFound(error)) return; // its CRD was deleted since it was looked for
      if (!isExpired(error) || lists === MOST_LISTS) throw error;
    }
  }
}

async function* pages(
  resource: Resource,
  kind: Kind,
  { client, judge, signal, pause = turn }: WalkOptions,
): AsyncGenerator<WalkedPage, void, undefined> {
  let first = true;
  for await (const { items } of client.list(kind, { limit: PAGE, timeoutMs: TIMEOUT_MS, signal })) {
    yield { resource, first, found: await judged(items, resource, judge) };
    first = false;
    await pause();
    if (signal.aborted) return;
  }
}

async function judged(objects: KubeObject[], resource: Resource, judge: WalkOptions["judge"]): Promise<Found[]> {
  const found: Found[] = [];
  let began = performance.now();
  for (const object of objects) {
    const request = requestAtRest(object, resource);
    found.push({ object, request, judgement: judge(request) });
    if (performance.now() - began < SLICE_MS) continue;
    await turn();
    began = performance.now();
  }
  return found;
}
