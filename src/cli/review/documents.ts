// Takes a source's text apart into documents: YAML or JSON, several of them, and the items of lists.
// Documents are counted from 1 within their source, empty ones too, as `---` lines separate them; items of a List share its number.
import { isObject, type JsonObject, nestsDeeper, own } from "../../../webhooks/json.ts";
import { quote } from "../../../webhooks/text.ts";
import { JsonFault, type JsonValue, readJson } from "./json-values.ts";
import { YamlFault } from "./yaml-events.ts";
import { readYaml } from "./yaml-reader.ts";

export interface Source {
  /** As the person named it: a path, or `stdin`. */
  name: string;
  text: string;
  /** Made by a tool: its lines are in no file. */
  isRendered?: true;
}

/** Where a document's value stands, for whoever looks for the line of a field. */
export interface Place {
  /** The text that it was read from, and on which line of the source that begins. */
  text: string;
  line: number;
  /** Which of the YAML documents in the text, from 0, and where in it. */
  nth: number;
  path: readonly (string | number)[];
}

interface Counted {
  source: string;
  /** From 1; 0: the source as a whole. */
  document: number;
  /** From 1, for items of a List. */
  item?: number;
}

/** Without a place it was not read from a text. */
export type Document = Counted & { value: JsonObject; place?: Place };
/** Nobody can judge it. `line` of the source. */
export type Unreadable = Counted & { fault: string; line?: number };

const MAX_DEPTH = 400;
/** A line that begins so separates documents, wherever it stands. */
const SEPARATOR = /^---(?=[ \t\r\n]|$)/m;
const NOTHING = /^(?:[ \t]*(?:#.*)?\r?(?:\n|$)|%.*\r?\n)*$/;
const LOOKS_LIKE_JSON = /^(?:---)?\s*[{[]/;

export function readDocuments({ name: source, text, isRendered }: Source): (Document | Unreadable)[] {
  const found: (Document | Unreadable)[] = [];
  let count = 0;
  for (const chunk of chunksOf(text)) {
    for (const read of valuesOf(chunk)) {
      const document = ++count;
      if ("fault" in read) found.push({ source, document, ...read });
      else found.push(...expanded({ source, document }, read.value, read.place));
    }
  }
  return isRendered === true ? found.map(withoutPlace) : found;
}

function withoutPlace(read: Document | Unreadable): Document | Unreadable {
  if ("fault" in read) return read;
  const { place: _, ...rest } = read;
  return rest;
}

interface Chunk {
  text: string;
  line: number;
}

/** What lies between the separators; each but the first begins with its own. Comments and directives before the first belong to it. */
function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let [at, line] = [0, 1];
  for (let rest = text.replace(/^\uFEFF/, ""); ; ) {
    const marker = at === 0 ? 0 : 3;
    const next = rest.slice(marker).search(SEPARATOR);
    const chunk = next < 0 ? rest : rest.slice(0, marker + next);
    at++;
    const isHead = at === 1 && NOTHING.test(chunk);
    if (!isHead) chunks.push({ text: chunk, line });
    if (next < 0) return chunks;
    line += chunk.split("\n").length - 1;
    rest = rest.slice(chunk.length);
  }
}

type Read = { value: unknown; place: Place } | { fault: string; line: number };

/** The values of one chunk. JSON is tried first where the text looks like it: a YAML flow mapping does, too. */
function valuesOf(chunk: Chunk): Read[] {
  if (!LOOKS_LIKE_JSON.test(chunk.text)) return yamlOf(chunk);
  const text = chunk.text.replace(/^---/, "   ");
  try {
    return jsonOf(readJson(text), chunk);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const read = yamlOf(chunk);
    const isYaml = read.every((one) => !("fault" in one));
    return isYaml
      ? read
      : [...jsonOf(error.values, chunk), { fault: error.message, line: chunk.line + error.line - 1 }];
  }
}

function jsonOf(values: readonly JsonValue[], chunk: Chunk): Read[] {
  return values.flatMap(({ value, text, line }): Read[] => {
    const place = { text, line: chunk.line + line - 1, nth: 0, path: [] };
    if (!Array.isArray(value)) return [{ value, place }];
    return value.map((item: unknown, index) => ({ value: item, place: { ...place, path: [index] } }));
  });
}

function yamlOf({ text, line }: Chunk): Read[] {
  try {
    const values = readYaml(text);
    if (values.length === 0) values.push(undefined);
    return values.flatMap((value, nth): Read[] => {
      const place = { text, line, nth, path: [] };
      if (!Array.isArray(value)) return [{ value, place }];
      return value.map((item: unknown, index) => ({ value: item, place: { ...place, path: [index] } }));
    });
  } catch (error) {
    if (error instanceof YamlFault) return [{ fault: error.message, line: line + error.line - 1 }];
    throw error;
  }
}

/** A document, nothing where it is empty, or the items of a List. */
function expanded(counted: Counted, value: unknown, place: Place): (Document | Unreadable)[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) return [{ ...counted, fault: `is ${quote(value)}, must be an object`, line: place.line }];
  if (nestsDeeper(value, MAX_DEPTH)) return [{ ...counted, fault: "is nested too deeply", line: place.line }];
  const items = itemsOf(value, place.path);
  const itself = isJudged(value, items) ? [{ ...counted, value, place }] : [];
  const members = items.map(({ value: item, path }, index): Document | Unreadable => {
    const numbered = { ...counted, item: index + 1 };
    if (isObject(item)) return { ...numbered, value: item, place: { ...place, path } };
    return { ...numbered, fault: `is ${quote(item)}, must be an object`, line: place.line };
  });
  return [...itself, ...members];
}

interface Item {
  value: unknown;
  path: Place["path"];
}

/**
 * The items of a List, those of Lists within it too; none: it is no list. kubectl takes whatever has items for a list, whatever its kind is
 * called. A typed List says the kind of its items once.
 */
function itemsOf(value: JsonObject, path: Place["path"]): Item[] {
  const { kind, items, apiVersion } = {
    kind: own(value, "kind"),
    items: own(value, "items"),
    apiVersion: own(value, "apiVersion"),
  };
  if (typeof kind !== "string" || !Array.isArray(items)) return [];
  if (!isList(value) && !items.some(isObject)) return [];
  const typed = kind === "List" ? {} : { apiVersion, kind: kind.replace(/List$/, "") };
  return items.flatMap((item: unknown, index): Item[] => {
    const at = [...path, "items", index];
    if (!isObject(item)) return [{ value: item, path: at }];
    const within = itemsOf(item, at);
    const itself = isJudged(item, within) ? [{ value: { ...typed, ...item }, path: at }] : [];
    return [...itself, ...within];
  });
}

/** What has items but is not called a List is an object to kustomize. */
const isJudged = (value: JsonObject, items: readonly Item[]): boolean => items.length === 0 || !isList(value);

function isList(value: JsonObject): boolean {
  const kind = own(value, "kind");
  return typeof kind === "string" && kind.endsWith("List");
}
