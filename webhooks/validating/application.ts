// Where an Argo CD Application says what it is: shared by the rules about Applications and about the sets that make them.
import { isObject, isUnset, type JsonObject, own } from "../json.ts";
import { at, itemsOf, objectAt, textsOf, wrongType } from "./fields.ts";
import type { Violation } from "./rule.ts";

/** An Application's spec and its path; undefined: none is there. */
export interface ApplicationSpec {
  field: string;
  spec: unknown;
  /** A part that is merged over a whole one: what it leaves out stands there. */
  isPartial?: boolean;
}

export interface ApplicationSource {
  field: string;
  source: JsonObject;
  /** Without repoURL it is no source. */
  needsRepository: boolean;
}

interface Sources {
  sources: ApplicationSource[];
  wrong: Violation[];
}

/** Every place that content can come from, and what is wrong with those that are no objects. */
export function sourcesOf({ field, spec, isPartial = false }: ApplicationSpec): Sources {
  const list = itemsOf(own(spec, "sources"), `${field}.sources`);
  const hydrator = objectAt(own(spec, "sourceHydrator"), `${field}.sourceHydrator`);
  const all = [
    single(`${field}.source`, own(spec, "source"), !isPartial),
    {
      wrong: list.wrong,
      sources: list.items.map(([path, source]) => ({ field: path, source, needsRepository: !isPartial })),
    },
    { wrong: hydrator.wrong, sources: [] },
    single(`${field}.sourceHydrator.drySource`, at(spec, "sourceHydrator", "drySource"), !isPartial),
    single(`${field}.sourceHydrator.syncSource`, at(spec, "sourceHydrator", "syncSource"), false),
    single(`${field}.sourceHydrator.hydrateTo`, at(spec, "sourceHydrator", "hydrateTo"), false),
  ];
  return { sources: all.flatMap(({ sources }) => sources), wrong: all.flatMap(({ wrong }) => wrong) };
}

function single(field: string, value: unknown, needsRepository: boolean): Sources {
  const { value: source, wrong } = objectAt(value, field);
  return { wrong, sources: source === undefined ? [] : [{ field, source, needsRepository }] };
}

/** Every text by which a Helm source names a file of values: Argo CD takes URLs there as well. */
export function valueFilesOf({ field, source }: Pick<ApplicationSource, "field" | "source">): {
  texts: [field: string, text: string][];
  wrong: Violation[];
} {
  const files = textsOf(at(source, "helm", "valueFiles"), `${field}.helm.valueFiles`);
  const { items, wrong } = itemsOf(at(source, "helm", "fileParameters"), `${field}.helm.fileParameters`);
  const paths = items.map(([path, item]): [string, unknown] => [`${path}.path`, own(item, "path")]);
  return {
    texts: [...files.texts, ...paths.filter((entry): entry is [string, string] => typeof entry[1] === "string")],
    wrong: [
      ...files.wrong,
      ...wrong,
      ...paths
        .filter(([, found]) => !isUnset(found) && typeof found !== "string")
        .map(([path, found]) => wrongType(path, found, "a text")),
    ],
  };
}

/** All texts below `value` that hold template syntax, with their paths, at most `limit` of them. */
export function templatesIn(value: unknown, field: string, limit = 20): [field: string, text: string][] {
  if (typeof value === "string") return value.includes("{{") ? [[field, value]] : [];
  const found: [string, string][] = [];
  for (const [key, item] of membersOf(value)) {
    if (found.length >= limit) break;
    const inner = templatesIn(item, "", limit - found.length);
    // a path is put together only where there is something to tell
    found.push(...inner.map(([path, text]): [string, string] => [`${field}${step(key)}${path}`, text]));
  }
  return found;
}

function membersOf(value: unknown): Iterable<[string | number, unknown]> {
  if (Array.isArray(value)) return value.entries();
  return isObject(value) ? Object.entries(value) : [];
}

const step = (key: string | number): string => (typeof key === "number" ? `[${key}]` : `.${key}`);
