// K4: a Kustomization takes its content from a source of its own namespace, or from one that the platform shares.
// The controller reads sources with its own rights, so that a foreign namespace here reads what its tenant could not.
import { own } from "../../json.ts";
import { at } from "../fields.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule } from "../rule.ts";
import { sourceViolations } from "../source-reference.ts";

/** Kinds of spec.sourceRef. */
export const SOURCE_KINDS: readonly string[] = ["GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"];

export const sourceRef: Rule = {
  id: "K4",
  name: "source-ref",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace }, _facts, policy) {
    const spec = at(object, "spec");
    const found = own(spec, "sourceRef");
    return sourceViolations({ field: "spec.sourceRef", found, namespace, kinds: SOURCE_KINDS }, policy);
  },
};
