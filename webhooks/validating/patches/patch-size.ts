// How much of patches there may be: what is more keeps kustomize busy for seconds, and is not read here either.
import type { Violation } from "../rule.ts";
import { bytesOf, lengthOf, readPatches } from "./patch-entry.ts";
import type { PatchList } from "./patch-lists.ts";

/** The rule that would read what there is too much of. */
const unjudged = "K7";
export const MAX_PATCHES = 100;
const MAX_BYTES = 256 * 1024;
/** More nodes than there are in the text, through aliases. */
const MAX_ALIAS_NODES = 100_000;

/** What is too much of all lists together, told at `field`; each measure only if those before it are kept. */
export function sizeViolations(lists: readonly PatchList[], field: string): Violation[] {
  const count = sum(lists, lengthOf);
  if (count > MAX_PATCHES) {
    const remedy = "make them fewer, or several objects";
    return [{ field, found: `${count} patches`, allowed: `at most ${MAX_PATCHES} in sum`, remedy, unjudged }];
  }
  const bytes = sum(lists, bytesOf);
  if (bytes > MAX_BYTES) {
    const remedy = "put what is that long into the source";
    return [{ field, found: `${bytes} bytes of patches`, allowed: `at most ${MAX_BYTES} in sum`, remedy, unjudged }];
  }
  const nodes = sum(lists, aliasNodesOf);
  if (nodes <= MAX_ALIAS_NODES) return [];
  const allowed = `at most ${MAX_ALIAS_NODES} values through aliases`;
  return [
    { field, found: "patches whose aliases multiply", allowed, remedy: "write without anchors and aliases", unjudged },
  ];
}

function aliasNodesOf(list: PatchList): number {
  return sum(readPatches(list), (read) => (read !== undefined && "aliasNodes" in read ? read.aliasNodes : 0));
}

function sum<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}
