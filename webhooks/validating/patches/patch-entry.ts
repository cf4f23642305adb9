// Reads the entries of a list of patches, each list once: the rules about patches share what was read.
import { isObject, nestsDeeper, own } from "../../json.ts";
import { type PatchText, readPatchText } from "../../patch-text/patch-text.ts";
import type { Form, PatchList } from "./patch-lists.ts";

const MAX_DEPTH = 64;
/** By form and the list itself, which nobody changes: what was made of its entries. */
type Known<T> = Record<Form, WeakMap<readonly unknown[], readonly T[]>>;
const known = <T>(): Known<T> => ({ text: new WeakMap(), merge: new WeakMap(), operations: new WeakMap() });
const TEXTS = known<string | undefined>();
const READ = known<PatchText | undefined>();

export function lengthOf({ patches }: PatchList): number {
  return Array.isArray(patches) ? patches.length : 0;
}

/** Bytes of all texts of a list; of patches that are objects, of the JSON that kustomize gets. */
export function bytesOf(list: PatchList): number {
  return textsOf(list).reduce<number>((sum, text) => sum + Buffer.byteLength(text ?? ""), 0);
}

/** What the entries say, in their order; undefined for one whose patch is missing or of a wrong type. */
export function readPatches(list: PatchList): readonly (PatchText | undefined)[] {
  return once(READ, list, () => textsOf(list).map((text) => (text === undefined ? undefined : readPatchText(text))));
}

function textsOf(list: PatchList): readonly (string | undefined)[] {
  return once(TEXTS, list, () => listOf(list.patches).map((entry) => textOf(entry, list.form)));
}

function once<T>(made: Known<T>, { patches, form }: PatchList, make: () => readonly T[]): readonly T[] {
  const list = listOf(patches);
  if (list.length === 0) return []; // most objects have no patches: a weak map that grows and shrinks with each costs a fifth of the judging
  const result = made[form].get(list) ?? make();
  made[form].set(list, result);
  return result;
}

/** The text that kustomize gets. The controllers hand patches that are objects on as JSON. */
function textOf(entry: unknown, form: Form): string | undefined {
  const patch = form === "merge" ? entry : own(entry, "patch");
  if (form === "text") return typeof patch === "string" ? patch : undefined;
  const isRight = form === "merge" ? isObject(patch) : Array.isArray(patch);
  return isRight && !nestsDeeper(patch, MAX_DEPTH) ? JSON.stringify(patch) : undefined;
}

function listOf(patches: unknown): readonly unknown[] {
  return Array.isArray(patches) ? patches : [];
}
