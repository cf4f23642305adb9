// A reference to a Flux source, in CEL: for Kustomizations, HelmReleases and image automation.
import type { Policy } from "../policy.ts";
import { allowedKinds } from "../validating/source-reference.ts";
import { all, any, at, type Cel, list, text, valueOf } from "./cel.ts";
import { anyOf, type Finding, isBadName, isForeign, OWN, together, when } from "./finding.ts";

/** What is wrong with a reference that has to be there: itself, its kind, its name, its namespace. */
export function sourceFindings({ path, kinds }: { path: string; kinds: readonly string[] }, policy: Policy): Cel {
  const reference = at(path);
  const allowed = allowedKinds(kinds, policy);
  const [kind, name, namespace] = [`${reference}.?kind`, `${reference}.?name`, `${reference}.?namespace`];
  const isThere = `type(${valueOf(reference)}) == map`;
  return together(
    when(`!(${isThere})`, {
      field: text(path),
      found: valueOf(reference),
      allowed: text("an object with kind and name"),
      remedy: "name a source of the own namespace",
    }),
    when(all(isThere, `!(${valueOf(kind)} in ${list(allowed)})`), {
      field: text(`${path}.kind`),
      found: valueOf(kind),
      allowed: anyOf(list(allowed)),
      remedy: "use a source whose content is fetched by source-controller",
    }),
    when(all(isThere, isBadName(name)), {
      field: text(`${path}.name`),
      found: valueOf(name),
      allowed: text("a DNS-1123 subdomain"),
      remedy: "give the source's metadata.name",
    }),
    when(
      all(isForeign(namespace), `!${isShared({ kind: valueOf(kind), namespace, name }, policy)}`),
      foreign(path, namespace),
    ),
  );
}

/** True for a source of another namespace that the platform shares. `kind` is a value, the others are optionals. */
export function isShared(
  { kind, namespace, name }: { kind: Cel; namespace: Cel; name: Cel },
  { sharedSources }: Policy,
): Cel {
  const shared = sharedSources.map((source) =>
    all(
      `${kind} == ${text(source.kind)}`,
      `${valueOf(namespace)} == ${text(source.namespace)}`,
      `${valueOf(name)} == ${text(source.name)}`,
    ),
  );
  return any(...shared);
}

export function foreign(path: string, namespace: Cel): Finding {
  return {
    field: text(`${path}.namespace`),
    found: valueOf(namespace),
    allowed: `${OWN} + " or a source that the platform shares"`,
    remedy: "leave it out and make the source in the own namespace, or ask the platform to share it",
  };
}
