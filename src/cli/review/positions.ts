// Finds the line on which a field stands, for formats that point into files. Reads the text a second time, so only for what is told.
import type { Event } from "js-yaml";
import { EVENT_ID, getScalarValue } from "js-yaml";
import type { Place } from "./documents.ts";
import { eventsOf, lineAt } from "./yaml-events.ts";

/** `[0]`, `[landlord.dev/tenant]`, `.name`; keys in brackets may hold dots. */
const STEP = /\[([^\]]*)\]|([^.[\]]+)/g;

/** The line of the source that a field is on, or its nearest parent that is there; undefined where nobody can tell. */
export function createLines(): (place: Place, field: string) => number | undefined {
  let last: { text: string; events: readonly Event[] } | undefined;
  return (place, field) => {
    try {
      if (last?.text !== place.text) last = { text: place.text, events: eventsOf(place.text) };
      const steps = [...field.matchAll(STEP)].map(([, inBrackets, plain]) => unquoted(inBrackets ?? plain ?? ""));
      const offset = offsetOf(last, place.nth, { base: place.path.map(String), steps });
      return offset === undefined ? undefined : place.line + lineAt(place.text, offset) - 1;
    } catch {
      return undefined; // JSON that YAML takes for something else: the document's own line will do
    }
  };
}

const unquoted = (step: string): string => step.replace(/^"(.*)"$/, "$1");

interface Cursor {
  text: string;
  events: readonly Event[];
  at: number;
}

function offsetOf(
  { text, events }: { text: string; events: readonly Event[] },
  nth: number,
  { base, steps }: { base: readonly string[]; steps: readonly string[] },
): number | undefined {
  const cursor: Cursor = { text, events, at: 0 };
  for (let document = 0; document < nth; document++) skip(cursor);
  cursor.at++;
  let offset: number | undefined;
  for (const step of [...base, ...steps]) {
    const found = enter(cursor, step);
    if (found === undefined) break;
    offset = found;
  }
  return offset ?? startOf(events[cursor.at]);
}

/** Moves into the value of a key or an index and gives the place of the key, or of the item; undefined: it is not there. */
function enter(cursor: Cursor, step: string): number | undefined {
  const opened = cursor.events[cursor.at];
  if (opened?.type !== EVENT_ID.MAPPING && opened?.type !== EVENT_ID.SEQUENCE) return undefined;
  const start = cursor.at;
  cursor.at++;
  for (let index = 0; cursor.events[cursor.at]?.type !== EVENT_ID.POP; index++) {
    const at = startOf(cursor.events[cursor.at]);
    const isIt = opened.type === EVENT_ID.SEQUENCE ? String(index) === step : keyAt(cursor) === step;
    if (opened.type === EVENT_ID.MAPPING) skip(cursor);
    if (isIt) return at;
    skip(cursor);
  }
  cursor.at = start;
  return undefined;
}

function keyAt({ text, events, at }: Cursor): string | undefined {
  const event = events[at];
  return event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : undefined;
}

/** Passes over one node, whatever lies in it. */
function skip(cursor: Cursor): void {
  let depth = 0;
  do {
    const type = cursor.events[cursor.at++]?.type;
    if (type === undefined) return;
    if (type === EVENT_ID.POP) depth--;
    else if (type !== EVENT_ID.SCALAR && type !== EVENT_ID.ALIAS) depth++;
  } while (depth > 0);
}

function startOf(event: Event | undefined): number | undefined {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart;
  if (event?.type === EVENT_ID.ALIAS) return event.anchorStart;
  return event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE ? event.start : undefined;
}
