// K7b: a patch that names another namespace changes nothing there, but somebody may think that it does.
import { isUnset } from "../../json.ts";
import { anyOf, at } from "../fields.ts";
import { HELM_RELEASES, KUSTOMIZATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";
import { readPatches } from "./patch-entry.ts";
import { type PatchList, patchListsOf } from "./patch-lists.ts";
import { sizeViolations } from "./patch-size.ts";

export const patchHints: Rule = {
  id: "K7b",
  name: "patch-hints",
  resources: [KUSTOMIZATIONS, HELM_RELEASES],
  check(request) {
    const { lists } = patchListsOf(request);
    if (sizeViolations(lists, "spec").length > 0) return [];
    return lists.flatMap((list) => hintsOf(list, request.namespace));
  },
};

function hintsOf(list: PatchList, namespace: string): Violation[] {
  const { patches, field, form } = list;
  const entries: readonly unknown[] = Array.isArray(patches) ? patches : [];
  return readPatches(list).flatMap((read, index) => {
    const path = `${field}[${index}]`;
    const documents = read !== undefined && "documents" in read ? read.documents : [];
    const named = documents.map((document) => at(document, "metadata", "namespace"));
    const target = form === "merge" ? undefined : at(entries[index], "target", "namespace");
    return [
      ...named.flatMap((found) =>
        hint(form === "merge" ? `${path}.metadata.namespace` : `${path}.patch`, found, namespace),
      ),
      ...hint(`${path}.target.namespace`, target, namespace),
    ];
  });
}

function hint(field: string, found: unknown, namespace: string): Violation[] {
  if (isUnset(found) || found === namespace) return [];
  const remedy = "leave it out: it moves nothing there, and selects nothing elsewhere";
  return [{ field, found, allowed: anyOf([namespace]), remedy, isWarning: true }];
}
