// Which ApplicationSets ask this plugin: read from their generators, never fetched.
import type { KubeObject } from "../model/kube-object.ts";

/** An ApplicationSet of Argo CD, as far as generators go. Each of them is one of many kinds: an object with one known key. */
export interface ApplicationSet extends KubeObject {
  spec?: { generators?: unknown };
}

/** A matrix or merge holds generators, which may be such themselves; Argo CD allows two levels. */
const DEEPEST = 5;

/** True if a generator of it, however nested, names one of the plugin ConfigMaps. */
export function usesPlugin({ spec }: ApplicationSet, configMaps: ReadonlySet<string>): boolean {
  return anyUses(spec?.generators, configMaps, DEEPEST);
}

function anyUses(generators: unknown, configMaps: ReadonlySet<string>, depth: number): boolean {
  if (!Array.isArray(generators) || depth === 0) return false;
  return generators.some((generator) => {
    const name = at(generator, "plugin", "configMapRef", "name");
    if (typeof name === "string" && configMaps.has(name)) return true;
    return ["matrix", "merge"].some((kind) => anyUses(at(generator, kind, "generators"), configMaps, depth - 1));
  });
}

function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = new Map<string, unknown>(Object.entries(found)).get(key);
  }
  return found;
}
