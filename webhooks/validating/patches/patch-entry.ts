// Reads the entries of a list of patches, each list once: the rules about patches share what was read.
import { isObject, nestsDeeper, own } from "../../json.ts";
import { type PatchText, readPatchText } from "../../patch-text/patch-text.ts";
import type { Form, PatchList } from "./patch-lists.ts";

const MAX_DEPTH = 64;
/** By the list itself, which nobody changes. */
const READ = new WeakMap<readonly unknown[], readonly (PatchText | undefined)[]>();

export function lengthOf({ patches }: PatchList): number {
  return Array.isArray(patches) ? patches.length : 0;
}

/** Bytes of all texts of a list; of patches that are objects, of the JSON that kustomize gets. */
export function bytesOf({ patches, form }: PatchList): number {
  return listOf(patches).reduce<number>((sum, entry) => sum + Buffer.byteLength(textOf(entry, form) ?? ""), 0);
}

/** What the entries say, in their order; undefined for one whose patch is missing or of a wrong type. */
export function readPatches({ patches, form }: PatchList): readonly (PatchText | undefined)[] {
  const list = listOf(patches);
  const known = READ.get(list);
  if (known !== undefined) return known;
  const read = list.map((entry) => {
    const text = textOf(entry, form);
    return text === undefined ? undefined : readPatchText(text);
  });
  READ.set(list, read);
  return read;
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
