// The generators of an ApplicationSet, those within others included.
import { isObject, type JsonObject, own } from "../json.ts";
import { itemsOf, wrongType } from "./fields.ts";
import type { Violation } from "./rule.ts";

export interface SetGenerator {
  /** Path of the list's item: `spec.generators[0].matrix.generators[1]`. */
  field: string;
  /** The key under which its settings stand: list, git, matrix. */
  kind: string;
  settings: JsonObject;
}

/** Keys of an item that are no generator. */
const BESIDE = ["selector"];
/** Argo CD has about ten kinds, of which an item is to hold one. */
const KINDS = 20;
/** Argo CD itself nests no deeper than two. */
const DEPTH = 3;

/** Every generator in a list, outer ones first, and what is wrong with what is none. */
export function generatorsIn(
  list: unknown,
  field: string,
  depth = DEPTH,
): { generators: SetGenerator[]; wrong: Violation[] } {
  const { items, wrong } = itemsOf(list, field);
  if (depth === 0 && items.length > 0) {
    return { generators: [], wrong: [wrongType(field, list, "generators that are nested less deeply")] };
  }
  const generators: SetGenerator[] = [];
  for (const [path, item] of items) {
    const before = generators.length + wrong.length;
    const entries = Object.entries(item);
    if (entries.length > KINDS) wrong.push(wrongType(path, item, `at most ${KINDS} generators`));
    for (const [kind, settings] of entries.slice(0, KINDS)) {
      if (BESIDE.includes(kind) || settings === undefined || settings === null) continue;
      if (!isObject(settings)) wrong.push(wrongType(`${path}.${kind}`, settings, "an object"));
      else {
        const inner = generatorsIn(own(settings, "generators"), `${path}.${kind}.generators`, depth - 1);
        generators.push({ field: path, kind, settings }, ...inner.generators);
        wrong.push(...inner.wrong);
      }
    }
    if (generators.length + wrong.length === before) wrong.push(wrongType(path, undefined, "a generator"));
  }
  return { generators, wrong };
}
