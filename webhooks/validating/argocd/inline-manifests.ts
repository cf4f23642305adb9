// A5: a one-off sync applies what lies in a repository, not manifests that somebody writes into the operation.
import { own } from "../../json.ts";
import { at } from "../fields.ts";
import { APPLICATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

export const inlineManifests: Rule = {
  id: "A5",
  name: "inline-manifests",
  resources: [APPLICATIONS],
  check({ object }) {
    return inlineManifestsViolations("operation.sync", at(object, "operation", "sync"));
  },
};

/** `sync`: what stands at `field`. */
export function inlineManifestsViolations(field: string, sync: unknown): Violation[] {
  const found = own(sync, "manifests");
  if (found === undefined || found === null) return [];
  const remedy = "put the manifests into the repository";
  return [{ field: `${field}.manifests`, found, allowed: "none", remedy }];
}
