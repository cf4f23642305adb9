// The emergency stop: how the validating webhook is made to let everything through, and how that is taken back. Pure; decides only.
import type { KubeObject } from "../model/kube-object.ts";
import { BREAK_GLASS_ANNOTATION } from "../model/labels.ts";

interface MatchCondition {
  name: string;
  expression: string;
}

/** A webhook configuration, as far as the stop goes. */
export interface Stoppable extends KubeObject {
  webhooks?: { name: string; matchConditions?: MatchCondition[] }[];
}

type Operation = { op: "test" | "add" | "replace"; path: string; value: unknown } | { op: "remove"; path: string };

/** True of no request: the API server passes the webhook over and calls nobody, so it works whatever state Landlord is in. */
export const NEVER: MatchCondition = { name: "landlord.dev/break-glass", expression: "false" };

export interface BrokenGlass {
  /** Webhooks that let everything through; none where only the annotation is left. */
  open: string[];
  /** Webhooks that are called as ever, because they came, or were put back, afterwards. */
  closed: string[];
  /** Who, when and why; "" where nobody said it. */
  note: string;
}

/** Undefined: the glass is whole. */
export function brokenGlass({ metadata, webhooks = [] }: Stoppable): BrokenGlass | undefined {
  const names = (isOpen: boolean): string[] =>
    webhooks.filter((webhook) => placeOf(webhook) >= 0 === isOpen).map(({ name }) => name);
  const note = metadata.annotations?.[BREAK_GLASS_ANNOTATION];
  const open = names(true);
  return open.length === 0 && note === undefined ? undefined : { open, closed: names(false), note: note ?? "" };
}

/** JSON Patch that opens every webhook and says who, when and why; a webhook that moved meanwhile fails its `test`. */
export function breakPatch(configuration: Stoppable, note: string): Operation[] {
  const opened = (configuration.webhooks ?? []).flatMap((webhook, index): Operation[] => {
    if (placeOf(webhook) >= 0) return [];
    const conditions = `/webhooks/${index}/matchConditions`;
    const add: Operation =
      webhook.matchConditions === undefined
        ? { op: "add", path: conditions, value: [NEVER] }
        : { op: "add", path: `${conditions}/0`, value: NEVER };
    return [sameName(webhook, index), add];
  });
  return [...opened, ...annotated(configuration, note)];
}

/** JSON Patch that takes exactly that back and leaves what else has changed since, a renewed caBundle for one; empty where the glass is whole. */
export function undoPatch(configuration: Stoppable): Operation[] {
  const closed = (configuration.webhooks ?? []).flatMap((webhook, index): Operation[] => {
    const place = placeOf(webhook);
    if (place < 0) return [];
    const conditions = `/webhooks/${index}/matchConditions`;
    const path = webhook.matchConditions?.length === 1 ? conditions : `${conditions}/${place}`;
    return [sameName(webhook, index), { op: "remove", path }];
  });
  return [...closed, ...unannotated(configuration)];
}

const placeOf = ({ matchConditions = [] }: { matchConditions?: MatchCondition[] }): number =>
  matchConditions.findIndex(({ name }) => name === NEVER.name);

const sameName = ({ name }: { name: string }, index: number): Operation => ({
  op: "test",
  path: `/webhooks/${index}/name`,
  value: name,
});

const ANNOTATION_PATH = `/metadata/annotations/${BREAK_GLASS_ANNOTATION.replaceAll("/", "~1")}`;

function annotated({ metadata: { annotations } }: Stoppable, note: string): Operation[] {
  if (annotations === undefined) {
    return [{ op: "add", path: "/metadata/annotations", value: { [BREAK_GLASS_ANNOTATION]: note } }];
  }
  return [{ op: "add", path: ANNOTATION_PATH, value: note }];
}

function unannotated({ metadata: { annotations = {} } }: Stoppable): Operation[] {
  return Object.hasOwn(annotations, BREAK_GLASS_ANNOTATION) ? [{ op: "remove", path: ANNOTATION_PATH }] : [];
}
