// Reads YAML as kubectl does (sigs.k8s.io/yaml over go-yaml v2): YAML 1.1 scalars, merge keys, keys that become strings.
// What kubectl and the GitOps controllers may read differently is not guessed: it is a fault, and nobody judges the document.
import type { AliasEvent, Event, MappingEvent, ScalarEvent, SequenceEvent } from "js-yaml";
import { EVENT_ID, getScalarValue, SCALAR_STYLE } from "js-yaml";
import { isObject } from "../../../webhooks/json.ts";
import { eventsOf, lineAt, YamlFault } from "./yaml-events.ts";
import { resolveScalar } from "./yaml-scalar.ts";

/** Nodes that aliases may stand for: more is a bomb, in memory or in the time of whoever walks through it. */
const MAX_ALIAS_NODES = 100_000;
/** Line ends to readers of YAML 1.1, but not of 1.2: what follows one is content to the first and comment to the second. */
// oxlint-disable-next-line eslint/no-control-regex -- that is what it is about
const ODD_LINE_END = /\r(?!\n)|[\u0085\u2028\u2029]/;
/** At the beginning of a line some readers skip it, wherever in the text that is; to others it is the first letter of a key. */
const INNER_MARK = /^\uFEFF/m;
const MERGE = Symbol("<<");

interface Node {
  value: unknown;
  /** Nodes in it, aliases written out. */
  size: number;
}

interface Reader {
  text: string;
  events: readonly Event[];
  at: number;
  /** Undefined: not complete yet. */
  anchors: Map<string, Node | undefined>;
  aliasNodes: number;
  /** Where the last event was that had a place. */
  offset: number;
}

/** Every document of the text in order; undefined for one that holds nothing but blanks and comments. Throws YamlFault. */
export function readYaml(text: string): unknown[] {
  const odd = ODD_LINE_END.exec(text);
  if (odd !== null) throw new YamlFault("has a line end that not every reader of YAML knows", lineAt(text, odd.index));
  const mark = INNER_MARK.exec(text);
  if (mark !== null)
    throw new YamlFault("has a byte order mark that is not at the beginning", lineAt(text, mark.index));
  const reader: Reader = { text, events: eventsOf(text), at: 0, anchors: new Map(), aliasNodes: 0, offset: 0 };
  const documents: unknown[] = [];
  while (reader.at < reader.events.length) documents.push(documentOf(reader));
  return documents;
}

function documentOf(reader: Reader): unknown {
  reader.at++; // its head
  reader.anchors.clear();
  reader.aliasNodes = 0;
  const isEmpty = reader.events[reader.at]?.type === EVENT_ID.POP;
  const value = isEmpty ? undefined : nodeOf(reader).value;
  reader.at++;
  return value;
}

function nodeOf(reader: Reader): Node {
  const event = reader.events[reader.at++];
  if (event?.type === EVENT_ID.ALIAS) return aliasOf(reader, event);
  if (event?.type !== EVENT_ID.SCALAR && event?.type !== EVENT_ID.SEQUENCE && event?.type !== EVENT_ID.MAPPING) {
    throw fault(reader, "is not YAML");
  }
  reader.offset = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start;
  const anchor = textIn(reader, event.anchorStart, event.anchorEnd);
  if (anchor !== undefined) reader.anchors.set(anchor, undefined);
  const node = contentOf(reader, event);
  if (anchor !== undefined) reader.anchors.set(anchor, node);
  return node;
}

function contentOf(reader: Reader, event: ScalarEvent | SequenceEvent | MappingEvent): Node {
  const tag = textIn(reader, event.tagStart, event.tagEnd);
  const usual = event.type === EVENT_ID.SCALAR ? "!!str" : event.type === EVENT_ID.SEQUENCE ? "!!seq" : "!!map";
  if (tag !== undefined && tag !== usual) throw fault(reader, `has a YAML tag other than ${usual}`);
  if (event.type === EVENT_ID.SCALAR) return { value: scalarOf(reader, event, tag), size: 1 };
  return event.type === EVENT_ID.SEQUENCE ? sequenceOf(reader) : mappingOf(reader);
}

function scalarOf(reader: Reader, event: ScalarEvent, tag: string | undefined): unknown {
  const text = getScalarValue(reader.text, event);
  if (event.style !== SCALAR_STYLE.PLAIN || tag !== undefined) return text;
  if (text === "<<") return MERGE;
  const value = resolveScalar(text);
  if (value === undefined) throw fault(reader, "has a number that JSON does not know");
  return value;
}

function aliasOf(reader: Reader, event: AliasEvent): Node {
  reader.offset = event.anchorStart;
  const node = reader.anchors.get(textIn(reader, event.anchorStart, event.anchorEnd) ?? "");
  if (node === undefined) throw fault(reader, "has an alias of an anchor that is not there, or is around it");
  reader.aliasNodes += node.size;
  if (reader.aliasNodes > MAX_ALIAS_NODES) throw fault(reader, `has aliases for more than ${MAX_ALIAS_NODES} values`);
  return node;
}

function sequenceOf(reader: Reader): Node {
  const list: unknown[] = [];
  let size = 1;
  while (!isAtEnd(reader)) {
    const item = nodeOf(reader);
    list.push(item.value === MERGE ? "<<" : item.value);
    size += item.size;
  }
  reader.at++;
  return { value: list, size };
}

function mappingOf(reader: Reader): Node {
  const object: Record<string, unknown> = {};
  const written = new Set<string>();
  let size = 1;
  while (!isAtEnd(reader)) {
    const key = nodeOf(reader).value;
    const name = key === MERGE ? undefined : keyOf(reader, key);
    if (name !== undefined && written.has(name)) throw fault(reader, "has a key twice in one object");
    const { value, size: more } = nodeOf(reader);
    size += more + 1;
    if (name === undefined) merge(reader, object, { value, written });
    else {
      written.add(name);
      put(object, name, value === MERGE ? "<<" : value);
    }
  }
  reader.at++;
  return { value: object, size };
}

const isAtEnd = ({ events, at }: Reader): boolean => events[at]?.type === EVENT_ID.POP;

/** What comes first in a list of merged objects wins. What is written out wins too, unless it comes first: then readers differ. */
function merge(
  reader: Reader,
  object: Record<string, unknown>,
  { value, written }: { value: unknown; written: ReadonlySet<string> },
): void {
  const merged: readonly unknown[] = Array.isArray(value) ? value.toReversed() : [value];
  for (const from of merged) {
    if (!isObject(from)) throw fault(reader, "has a merge key with something that is no object");
    for (const [name, item] of Object.entries(from)) {
      if (written.has(name))
        throw fault(reader, "has a key before a merge key that brings it too: put the merge key first");
      put(object, name, item);
    }
  }
}

/** By definition, not assignment: `__proto__` is a key like any other. */
function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  else object[name] = value;
}

function keyOf(reader: Reader, key: unknown): string {
  if (typeof key === "string") return key;
  if (typeof key === "number" || typeof key === "boolean") return String(key);
  throw fault(reader, "has a key that is no text");
}

const textIn = ({ text }: Reader, start: number, end: number): string | undefined =>
  start < 0 ? undefined : text.slice(start, end);

const fault = ({ text, offset }: Reader, message: string): YamlFault => new YamlFault(message, lineAt(text, offset));
