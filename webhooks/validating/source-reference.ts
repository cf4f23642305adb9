// A reference to a Flux source: shared by the rules about Kustomizations and HelmReleases.
import { isObject, isUnset, own } from "../json.ts";
import type { Policy } from "../policy.ts";
import { quote } from "../text.ts";
import { anyOf, badName } from "./fields.ts";
import type { Violation } from "./rule.ts";

export interface SourceReference {
  /** Path of the reference: `spec.sourceRef`. */
  field: string;
  found: unknown;
  /** The namespace of the object that refers. */
  namespace: string;
  /** Kinds that may stand there. */
  kinds: readonly string[];
}

/** Its status is its content, and whoever may edit a namespace may write that: only where the platform has said so. */
const EXTERNAL = "ExternalArtifact";

/** Those of the kinds that may stand there under this policy. */
export function allowedKinds(kinds: readonly string[], { allowExternalArtifact }: Policy): string[] {
  return kinds.filter((kind) => kind !== EXTERNAL || allowExternalArtifact);
}

/** What is wrong with a reference that has to be there. */
export function sourceViolations(
  { field, found, namespace: from, kinds }: SourceReference,
  policy: Policy,
): Violation[] {
  if (!isObject(found)) return [missing(field, found)];
  const [kind, name, namespace] = [own(found, "kind"), own(found, "name"), own(found, "namespace")];
  const allowed = allowedKinds(kinds, policy);
  const violations = badName(`${field}.name`, name, "give the source's metadata.name");
  if (typeof kind !== "string" || !allowed.includes(kind)) violations.unshift(wrongKind(field, kind, allowed));
  const isShared = policy.sharedSources.some((s) => s.kind === kind && s.namespace === namespace && s.name === name);
  if (!isUnset(namespace) && namespace !== from && !isShared) violations.push(foreign(field, namespace, from));
  return violations;
}

/** What is wrong with a reference's namespace alone. */
export function foreign(field: string, found: unknown, from: string): Violation {
  return {
    field: `${field}.namespace`,
    found,
    allowed: `${quote(from)} or a source that the platform shares`,
    remedy: "leave it out and make the source in the own namespace, or ask the platform to share it",
  };
}

export function missing(field: string, found: unknown): Violation {
  const remedy = "name a source of the own namespace";
  return { field, found, allowed: "an object with kind and name", remedy };
}

function wrongKind(field: string, found: unknown, allowed: readonly string[]): Violation {
  const remedy = "use a source whose content is fetched by source-controller";
  return { field: `${field}.kind`, found, allowed: anyOf(allowed), remedy };
}
