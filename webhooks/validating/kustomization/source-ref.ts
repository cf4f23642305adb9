// K4: a Kustomization takes its content from a source of its own namespace, or from one that the platform shares.
// The controller reads sources with its own rights, so that a foreign namespace here reads what its tenant could not.
import { isDnsSubdomain } from "../../../src/model/names.ts";
import { isObject, isUnset, own } from "../../json.ts";
import { quote } from "../../text.ts";
import { KUSTOMIZATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

/** Not ExternalArtifact: its status is its content, and whoever may edit a namespace may write that. */
const KINDS: readonly unknown[] = ["GitRepository", "OCIRepository", "Bucket"];

export const sourceRef: Rule = {
  id: "K4",
  name: "source-ref",
  resources: [KUSTOMIZATIONS],
  check({ object, namespace: ownNamespace }, _facts, { sharedSources }) {
    const found = own(own(object, "spec"), "sourceRef");
    if (!isObject(found)) return [missing(found)];
    const [kind, name, namespace] = [own(found, "kind"), own(found, "name"), own(found, "namespace")];
    const violations: Violation[] = [];
    if (!KINDS.includes(kind)) violations.push(kindViolation(kind));
    if (typeof name !== "string" || !isDnsSubdomain(name)) violations.push(nameViolation(name));
    const isOwn = isUnset(namespace) || namespace === ownNamespace;
    const isShared = sharedSources.some((s) => s.kind === kind && s.namespace === namespace && s.name === name);
    if (!isOwn && !isShared) violations.push(namespaceViolation(namespace, ownNamespace));
    return violations;
  },
};

function missing(found: unknown): Violation {
  return {
    field: "spec.sourceRef",
    found,
    allowed: "an object with kind and name",
    remedy: "name a source of the Kustomization's own namespace",
  };
}

function kindViolation(found: unknown): Violation {
  return {
    field: "spec.sourceRef.kind",
    found,
    allowed: KINDS.map(quote).join(" or "),
    remedy: "use a source whose content is fetched by source-controller",
  };
}

function nameViolation(found: unknown): Violation {
  return {
    field: "spec.sourceRef.name",
    found,
    allowed: "a DNS-1123 subdomain",
    remedy: "give the source's metadata.name",
  };
}

function namespaceViolation(found: unknown, ownNamespace: string): Violation {
  return {
    field: "spec.sourceRef.namespace",
    found,
    allowed: `${quote(ownNamespace)} or a source that the platform shares`,
    remedy: "leave it out and make the source in the Kustomization's own namespace, or ask the platform to share it",
  };
}
