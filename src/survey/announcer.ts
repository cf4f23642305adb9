// Tells of what a walk found by Events on the objects: so many a walk, and nothing twice that has not changed in between.
import { hash } from "node:crypto";
import { type Objection, sentence } from "../../webhooks/denial.ts";
import type { Judgement } from "../../webhooks/judge.ts";
import type { Happening } from "../kube/event-object.ts";
import type { EventRecorder } from "../kube/events.ts";
import type { KubeObject } from "../model/kube-object.ts";

export interface Announcer {
  /** A new walk: its Events are counted from here. */
  begin(): void;
  announce(object: KubeObject, judgement: Judgement): void;
  /** Events that this walk had no room for; the next one makes up for them. */
  heldBack(): number;
}

export const MOST_EVENTS = 200;
/** Objects of which it is remembered what was said of them. */
const REMEMBERED = 10_000;
/** An Event's message holds a thousand characters: more would not be seen. */
const MOST_SENTENCES = 5;

export function createAnnouncer(
  events: Pick<EventRecorder, "record">,
  { most = MOST_EVENTS, remembered = REMEMBERED } = {},
): Announcer {
  /** By UID, longest unseen first. */
  const said = new Map<string, string>();
  let sent = 0;
  let heldBack = 0;

  function remember(uid: string, digest: string): void {
    said.delete(uid);
    said.set(uid, digest);
    for (const oldest of said.keys()) {
      if (said.size <= remembered) break;
      said.delete(oldest);
    }
  }

  return {
    begin() {
      sent = 0;
      heldBack = 0;
    },
    announce(object, judgement) {
      const { uid = "" } = object.metadata;
      const event = eventOf(judgement);
      if (event === undefined) {
        said.delete(uid);
        return;
      }
      const digest = hash("sha256", event.message, "base64url");
      if (said.get(uid) === digest) return remember(uid, digest);
      if (sent === most) {
        heldBack++;
        return;
      }
      sent++;
      remember(uid, digest);
      events.record(identityOf(object), event);
    },
    heldBack: () => heldBack,
  };
}

/** What is said of an object; undefined if nothing is against it. Never a secret: sentence() sees to that. */
export function eventOf({ against, wouldDeny, warned }: Judgement): Happening | undefined {
  const parts = [
    ...part("would be denied if it were created now", against),
    ...part("would be denied but for warnOnly", wouldDeny),
  ];
  if (parts.length > 0) return { type: "Warning", reason: "ConfinementViolation", message: parts.join(". ") };
  if (warned.length === 0) return undefined;
  return { type: "Warning", reason: "ConfinementWarning", message: part("not denied", warned).join("") };
}

function part(words: string, objections: readonly Objection[]): string[] {
  if (objections.length === 0) return [];
  const more = objections.length - MOST_SENTENCES;
  const told = objections.slice(0, MOST_SENTENCES).map(sentence);
  return [`${words}: ${[...told, ...(more > 0 ? [`and ${more} more`] : [])].join(". ")}`];
}

/** Events wait to be written: they shall not keep whole objects in memory. */
function identityOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}
