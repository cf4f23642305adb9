// Where an object keeps its patches: Flux has several fields for them, of which the older ones hold objects in place of texts.
import type { AdmissionRequest } from "../../admission.ts";
import { own } from "../../json.ts";
import { at, itemsOf, objectAt } from "../fields.ts";
import { HELM_RELEASES } from "../resource.ts";
import type { Violation } from "../rule.ts";

/** `text`: `patches`, texts. `merge`: patchesStrategicMerge, objects. `operations`: patchesJson6902, lists of operations. */
export type Form = "text" | "merge" | "operations";

export interface PatchList {
  /** Path of the list. */
  field: string;
  form: Form;
  /** What stands there: anything. */
  patches: unknown;
}

/** The lists of a Flux Kustomization or HelmRelease, and what is wrong on the way to them. */
export function patchListsOf({ resource, object }: AdmissionRequest): { lists: PatchList[]; wrong: Violation[] } {
  if (resource.resource !== HELM_RELEASES.resource) return { lists: listsIn(at(object, "spec"), "spec"), wrong: [] };
  const renderers = itemsOf(at(object, "spec", "postRenderers"), "spec.postRenderers");
  const kustomize = renderers.items.map(([field, item]) => {
    const path = `${field}.kustomize`;
    return { ...objectAt(own(item, "kustomize"), path), path };
  });
  const lists = kustomize.flatMap(({ value, path }) => listsIn(value, path));
  return { lists, wrong: [...renderers.wrong, ...kustomize.flatMap(({ wrong }) => wrong)] };
}

function listsIn(parent: unknown, path: string): PatchList[] {
  return [
    { field: `${path}.patches`, form: "text", patches: own(parent, "patches") },
    { field: `${path}.patchesStrategicMerge`, form: "merge", patches: own(parent, "patchesStrategicMerge") },
    { field: `${path}.patchesJson6902`, form: "operations", patches: own(parent, "patchesJson6902") },
  ];
}
