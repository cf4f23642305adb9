// YAML text as plain values, each with the place where it stands. Knows nothing of policies; refuses what two readers could read differently.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { oneLine } from "../../webhooks/text.ts";

/** 1-based. */
export interface Place {
  line: number;
  column: number;
}

export type Path = readonly (string | number)[];

export interface YamlFault extends Place {
  path: Path;
  /** Completes "… is". */
  found: string;
  allowed: string;
}

export interface YamlText {
  value: unknown;
  faults: readonly YamlFault[];
  /** Where the value stands, or its key; where it is missing, what should hold it. */
  placeOf(path: Path, what: "key" | "value"): Place;
}

const MAX_BYTES = 2 ** 20;
/** Aliases expanded: more than anybody's policy has, and few enough to be read at once. */
const MAX_VALUES = 200_000;
const MAX_DEPTH = 16;
const START: Place = { line: 1, column: 1 };

/** Never throws. One document, no duplicate keys, no tags, keys that are text. */
export function readYaml(text: string): YamlText {
  if (Buffer.byteLength(text) > MAX_BYTES) return unreadable(START, "too long", `must be at most ${MAX_BYTES} bytes`);
  const counter = new LineCounter();
  const at = (offset = 0): Place => {
    const { line, col } = counter.linePos(offset);
    return line === 0 ? START : { line, column: col };
  };
  try {
    // duplicate keys are found below: the library compares each key with all others
    const options = { lineCounter: counter, uniqueKeys: false, schema: "core", prettyErrors: false } as const;
    const document = parseDocument(text, { ...options, resolveKnownTags: false, strict: true, logLevel: "error" });
    const wrong = [...document.errors, ...document.warnings].map(({ code, message, pos: [offset] }) => {
      const allowed = code === "MULTIPLE_DOCS" ? "must be one document" : `must be YAML: ${oneLine(message, 160)}`;
      return { ...at(offset), path: [], found: "not readable", allowed };
    });
    if (wrong.length > 0) return { value: undefined, faults: wrong, placeOf: () => START };
    return convert(document, at);
  } catch (error) {
    const reason =
      error instanceof RangeError ? "it nests too deeply" : oneLine(error instanceof Error ? error.message : "", 160);
    return unreadable(START, "not readable", `must be YAML: ${reason}`);
  }
}

function unreadable(place: Place, found: string, allowed: string): YamlText {
  return { value: undefined, faults: [{ ...place, path: [], found, allowed }], placeOf: () => place };
}

function convert(document: Document, at: (offset?: number) => Place): YamlText {
  const faults: YamlFault[] = [];
  const targets = targetsOf(document);
  let values = 0;
  const placeAt = (node: unknown): Place => at(rangeOf(node)?.[0]);

  function plain(node: unknown, path: Path): unknown {
    if (++values > MAX_VALUES) throw new Error(`it has more than ${MAX_VALUES} values, aliases expanded`);
    if (path.length > MAX_DEPTH) throw new Error(`it has more than ${MAX_DEPTH} levels`);
    if (isAlias(node)) return plain(resolved(node, targets), path);
    if (isSeq(node)) return node.items.map((item, index) => plain(item, [...path, index]));
    if (!isMap(node)) return isScalar(node) ? node.value : null;
    const map = new Map<string, unknown>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? key.value : undefined;
      const fault = keyFault(name, map);
      if (fault !== undefined) faults.push({ ...placeAt(key ?? node), path: [...path, String(name)], ...fault });
      else map.set(String(name), plain(value, [...path, String(name)]));
    }
    return Object.fromEntries(map);
  }

  const value = plain(document.contents, []);
  return { value, faults, placeOf: (path, what) => at(offsetOf({ document, targets }, path, what)) };
}

type Targets = ReadonlyMap<Alias, Node | undefined>;

/** What each alias stands for. In one go: the library looks for each of them through all of the text. */
function targetsOf(document: Document): Targets {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  visit(document, {
    Alias: (_, alias) => void targets.set(alias, anchors.get(alias.source)),
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function resolved(alias: Alias, targets: Targets): Node {
  const node = targets.get(alias);
  if (node === undefined) throw new Error(`no anchor ${JSON.stringify(alias.source)} before its alias`);
  return node;
}

function keyFault(name: unknown, seen: ReadonlyMap<string, unknown>): { found: string; allowed: string } | undefined {
  if (typeof name !== "string") return { found: "no text", allowed: "a key must be text: put it in quotes" };
  if (name === "__proto__") return { found: "no key", allowed: "must be another name" };
  return seen.has(name) ? { found: "there twice", allowed: "a key must stand once" } : undefined;
}

/** The offset of the last node on the path that is there. */
function offsetOf(
  { document, targets }: { document: Document; targets: Targets },
  path: Path,
  what: "key" | "value",
): number | undefined {
  let node: unknown = document.contents;
  let offset = rangeOf(node)?.[0];
  for (const [index, step] of path.entries()) {
    const within = isAlias(node) ? resolved(node, targets) : node;
    const pair = isMap(within) ? within.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    const item = isSeq(within) && typeof step === "number" ? within.items[step] : undefined;
    node = pair === undefined ? item : pair.value;
    const wantsKey =
      pair !== undefined && (rangeOf(node) === undefined || (what === "key" && index === path.length - 1));
    const range = rangeOf(wantsKey ? pair.key : node);
    if (range === undefined || range === null) break;
    offset = range[0];
  }
  return offset;
}

function rangeOf(node: unknown): Node["range"] | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a parsed collection holds are nodes
  return typeof node === "object" && node !== null && "range" in node ? (node as Node).range : undefined;
}
