// Reads YAML only where every reader agrees. kustomize has two, of YAML 1.1 (go-yaml v2 for JSON 6902, v3 for strategic merge);
// js-yaml is one of YAML 1.2. What the three may take differently is refused here, before anybody judges what it says.
//
// js-yaml gives the structure as events with offsets into the text. What lies between the scalars must then be plain
// punctuation (no tag, directive, merge key, complex key, tab), and each scalar must be of a form without two meanings.
// js-yaml and not npm yaml: 256 KiB of patches, the most there may be, take 16 ms of CPU here, and npm yaml alone 165 to 470.

import type { AliasEvent, MappingEvent, ScalarEvent, SequenceEvent } from "js-yaml";
import { COLLECTION_STYLE, EVENT_ID, type Event, parseEvents, YAMLException } from "js-yaml";
import { closeSource, openSource, readScalar, type Source, UnreadableYaml } from "./yaml-source.ts";

/** A string, or null for a scalar that is not one string to all: a number, yes, nothing, several lines. Aliases are shared values. */
export type StrictValue = string | null | StrictValue[] | StrictObject;
/** Without prototype: no key is special. */
export interface StrictObject {
  [key: string]: StrictValue;
}

export interface StrictDocument {
  /** Undefined: there is nothing but blanks and comments. */
  value: StrictValue | undefined;
  /** How many nodes more there are when each alias is written out; can be astronomic. */
  aliasNodes: number;
}

const MAX_DEPTH = 64;
const MAX_ALIASES = 100;
/** The Go readers do not take longer ones for keys. */
const MAX_KEY = 1000;
/** A list or an object that is not complete yet. `key`: the one whose value comes next. `nodes`: in it, aliases written out. */
type Frame = { anchor: string | undefined; inBrackets: boolean; nodes: number } & (
  | { list: StrictValue[]; object?: undefined }
  | { list?: undefined; object: StrictObject; key: string | undefined }
);

interface State {
  source: Source;
  /** The outermost one takes the documents. */
  frames: Frame[];
  anchors: Map<string, { value: StrictValue; nodes: number }>;
  aliases: number;
  aliasNodes: number;
}

/** Reads one document without markers. `isJson`: the text is JSON, where tabs are blanks to everybody. Throws UnreadableYaml. */
export function readStrictYaml(text: string, { isJson = false } = {}): StrictDocument {
  const documents: StrictValue[] = [];
  const frames: Frame[] = [{ list: documents, anchor: undefined, inBrackets: false, nodes: 0 }];
  const source = openSource(text, { isJson });
  const state: State = { source, frames, anchors: new Map(), aliases: 0, aliasNodes: 0 };
  for (const event of eventsOf(text)) take(state, event);
  closeSource(source);
  if (documents.length > 1) throw new UnreadableYaml("has several documents without markers");
  return { value: documents[0], aliasNodes: state.aliasNodes };
}

function eventsOf(text: string): Event[] {
  try {
    return parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    const line = error instanceof YAMLException && error.mark !== undefined ? ` in line ${error.mark.line + 1}` : "";
    throw new UnreadableYaml(`is no valid YAML, or nests too deep${line}`); // no cause: its message quotes the text
  }
}

function take(state: State, event: Event): void {
  if (event.type === EVENT_ID.SCALAR) scalar(state, event);
  else if (event.type === EVENT_ID.ALIAS) alias(state, event);
  else if (event.type === EVENT_ID.POP) close(state);
  else if (event.type !== EVENT_ID.DOCUMENT) open(state, event);
}

function open({ source: { text }, frames }: State, event: SequenceEvent | MappingEvent): void {
  const parent = frames.at(-1);
  if (parent?.object !== undefined && parent.key === undefined) throw new UnreadableYaml("has a key that is no text");
  const isObject = event.type === EVENT_ID.MAPPING;
  const inBrackets = event.style === COLLECTION_STYLE.FLOW;
  if (isObject && inBrackets && text[event.start] !== "{") throw new UnreadableYaml("has a pair without braces");
  const frame = { anchor: anchorOf(text, event), inBrackets, nodes: 1 };
  frames.push(isObject ? { ...frame, object: emptyObject(), key: undefined } : { ...frame, list: [] });
}

function close(state: State): void {
  if (state.frames.length === 1) return; // the end of the document
  const frame = state.frames.pop();
  if (frame !== undefined) put(state, frame.object ?? frame.list, frame);
}

function scalar(state: State, event: ScalarEvent): void {
  const frame = state.frames.at(-1);
  const value = readScalar(state.source, event, { inBrackets: frame?.inBrackets === true });
  const anchor = anchorOf(state.source.text, event);
  if (frame?.object === undefined || frame.key !== undefined) {
    put(state, value, { nodes: 1, anchor });
    return;
  }
  if (value === null || value === "<<") throw new UnreadableYaml("has a key that is not surely a text: quote it");
  if (anchor !== undefined) throw new UnreadableYaml("has an anchor at a key");
  if (event.valueEnd - event.valueStart > MAX_KEY)
    throw new UnreadableYaml(`has a key of more than ${MAX_KEY} characters`);
  if (Object.hasOwn(frame.object, value)) throw new UnreadableYaml("has a key twice in one object");
  frame.key = value;
}

function alias(state: State, event: AliasEvent): void {
  const found = state.anchors.get(state.source.text.slice(event.anchorStart, event.anchorEnd));
  if (found === undefined) throw new UnreadableYaml("has an alias without an anchor before it");
  if (++state.aliases > MAX_ALIASES) throw new UnreadableYaml(`has more than ${MAX_ALIASES} aliases`);
  const frame = state.frames.at(-1);
  if (frame?.object !== undefined && frame.key === undefined) throw new UnreadableYaml("has an alias for a key");
  state.aliasNodes += found.nodes;
  put(state, found.value, { nodes: found.nodes, anchor: undefined });
}

/** Puts a complete value into the list or object that it stands in. */
function put(
  { frames, anchors }: State,
  value: StrictValue,
  { nodes, anchor }: { nodes: number; anchor: string | undefined },
): void {
  if (anchor !== undefined && anchors.has(anchor)) throw new UnreadableYaml("has two anchors of one name");
  if (anchor !== undefined) anchors.set(anchor, { value, nodes });
  const frame = frames.at(-1);
  if (frame === undefined) return;
  frame.nodes += nodes;
  if (frame.list !== undefined) frame.list.push(value);
  else if (frame.key !== undefined) {
    frame.object[frame.key] = value;
    frame.key = undefined;
  }
}

function anchorOf(
  text: string,
  { anchorStart, anchorEnd }: ScalarEvent | SequenceEvent | MappingEvent,
): string | undefined {
  return anchorStart < 0 ? undefined : text.slice(anchorStart, anchorEnd);
}

export function isStrictObject(value: StrictValue | undefined): value is StrictObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function emptyObject(): StrictObject {
  return { __proto__: null };
}
