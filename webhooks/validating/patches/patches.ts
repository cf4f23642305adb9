// What stands against a list of patches: whatever kustomize does with it, each object keeps its namespace, kind and apiVersion.
// Shared by Flux Kustomizations, HelmReleases and Argo CD Applications.
import { isObject, isUnset, type JsonObject, own } from "../../json.ts";
import type { PatchText } from "../../patch-text/patch-text.ts";
import type { StrictObject } from "../../patch-text/strict-yaml.ts";
import { quote } from "../../text.ts";
import { at, objectAt, wrongType } from "../fields.ts";
import type { Violation } from "../rule.ts";
import { type Move, movesOfDocument, movesOfOperation, type Scope } from "./identity.ts";
import { readPatches } from "./patch-entry.ts";
import type { PatchList } from "./patch-lists.ts";
import { sizeViolations } from "./patch-size.ts";

/** For a value at `field` that kustomize would take for `patches`; too much of it is a violation, too. */
export function checkPatches({ patches, field, ...scope }: Scope & { patches: unknown; field: string }): Violation[] {
  const list: PatchList = { field, form: "text", patches };
  const tooMuch = sizeViolations([list], field);
  return tooMuch.length > 0 ? tooMuch : patchViolations(list, scope);
}

/** The same for a list of any form, whose size somebody else has looked at. */
export function patchViolations(list: PatchList, scope: Scope): Violation[] {
  const { patches, field, form } = list;
  if (patches === undefined || patches === null) return [];
  if (!Array.isArray(patches)) return [wrongType(field, patches, "a list of patches")];
  const read = readPatches(list);
  return patches.flatMap((entry: unknown, index) => {
    const path = `${field}[${index}]`;
    if (!isObject(entry)) return [wrongType(path, entry, "an object")];
    if (form === "merge") return textViolations({ field: path, found: entry, text: read[index] }, scope);
    const around = entryViolations(entry, path);
    const found = own(entry, "patch");
    if (isUnset(found) && !isUnset(own(entry, "path"))) return around; // in a file, which was told
    return [...around, ...textViolations({ field: `${path}.patch`, found, text: read[index] }, scope)];
  });
}

/** What is beside the patch itself. */
function entryViolations(entry: JsonObject, path: string): Violation[] {
  const [file, options] = [own(entry, "path"), objectAt(own(entry, "options"), `${path}.options`)];
  const mayChangeKind = at(entry, "options", "allowKindChange");
  const violations = [...objectAt(own(entry, "target"), `${path}.target`).wrong, ...options.wrong];
  if (!isUnset(file)) {
    const remedy = "write the patch into the object: what lies in a file cannot be judged";
    violations.push({ field: `${path}.path`, found: file, allowed: "no file", remedy });
  }
  if (!isUnset(mayChangeKind) && mayChangeKind !== false) {
    const remedy = "leave it out: a patch does not make an object another kind of object";
    violations.push({ field: `${path}.options.allowKindChange`, found: mayChangeKind, allowed: "false", remedy });
  }
  return violations;
}

/** `found` is what should be a patch; `text` is what it says, or undefined if it is of a wrong type or nests too deep. */
function textViolations(
  { field, found, text }: { field: string; found: unknown; text: PatchText | undefined },
  scope: Scope,
): Violation[] {
  if (text === undefined) {
    return [
      { field, found, allowed: "a patch, nested at most 64 deep", remedy: "give it the patch, or leave the entry out" },
    ];
  }
  if ("refusal" in text) {
    const [allowed, remedy] = ["a patch that every reader of YAML takes alike", `mend it: it ${text.refusal}`];
    return [{ field, found, shown: "a patch that cannot be read for certain", allowed, remedy }];
  }
  const moves =
    "operations" in text
      ? text.operations.flatMap((operation) => movesOfOperation(operation, scope))
      : text.documents.flatMap((document) => {
          const moved = movesOfDocument(document, scope);
          return moved.length > 0 ? moved : withoutName(document);
        });
  return moves.map(({ found: shown, ...move }) => ({ field, found, shown: quote(shown), ...move }));
}

/** kustomize takes such a thing for no patch at all, and gives up. */
function withoutName(document: StrictObject): Move[] {
  const name = at(document, "metadata", "name");
  const hasName = typeof name === "string" && name !== "";
  if (hasName && !isUnset(own(document, "kind"))) return [];
  const remedy = "give it both; with a target their values do not matter";
  return [{ found: "an object to merge", allowed: "an object with kind and metadata.name", remedy }];
}
