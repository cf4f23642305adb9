// A4: an Application takes its content from repositories that the platform allows, and renders it for its own namespace.
// Every source counts: single, several, those of the hydrator, and those of a one-off sync.
import type { AdmissionRequest } from "../../admission.ts";
import { isUnset, type JsonObject, own } from "../../json.ts";
import type { Policy } from "../../policy.ts";
import { isAllowed, shownUrl } from "../../source-url.ts";
import { type ApplicationSpec, sourcesOf, valueFilesOf } from "../application.ts";
import { anyOf, at, foreignNamespace, objectAt, textsOf } from "../fields.ts";
import { checkPatches } from "../patches/patches.ts";
import { APPLICATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

export const sources: Rule = {
  id: "A4",
  name: "sources",
  resources: [APPLICATIONS],
  check(request, _facts, policy) {
    const spec = at(request.object, "spec");
    const sync = at(request.object, "operation", "sync");
    return [
      ...sourcesViolations({ field: "spec", spec }, request, policy),
      ...sourcesViolations({ field: "operation.sync", spec: sync }, request, policy),
    ];
  },
};

export function sourcesViolations(where: ApplicationSpec, request: AdmissionRequest, policy: Policy): Violation[] {
  const { sources: all, wrong } = sourcesOf(where);
  const found = all.flatMap(({ field, source, needsRepository }) => [
    ...(needsRepository || own(source, "repoURL") !== undefined ? repository(field, source, policy) : []),
    ...plugin(field, source, policy),
    ...helm(field, source, request, policy),
    ...kustomize(field, source, request),
  ]);
  return [...wrong, ...found];
}

/** Argo CD writes the registry of a chart without scheme. */
function repository(field: string, source: JsonObject, policy: Policy): Violation[] {
  const found = own(source, "repoURL");
  const isRegistry = typeof found === "string" && !isUnset(own(source, "chart")) && !/:\/\/|@/.test(found);
  return repositoryViolations(`${field}.repoURL`, found, policy, isRegistry ? "oci://" : "");
}

/** `scheme`: what Argo CD puts before the text that was found. */
export function repositoryViolations(
  field: string,
  found: unknown,
  { allowedRepos }: Policy,
  scheme: "oci://" | "" = "",
): Violation[] {
  const allowed = "a repository that the platform allows";
  const remedy = "use an allowed repository, or ask the platform to allow this one";
  if (typeof found !== "string") return [{ field, found, allowed, remedy }];
  const permission = isAllowed(`${scheme}${found}`, allowedRepos);
  if (permission.allowed) return [];
  return [
    { field, found, shown: `${JSON.stringify(shownUrl(found).slice(0, 128))} (${permission.why})`, allowed, remedy },
  ];
}

function plugin(field: string, source: JsonObject, { allowedPlugins }: Policy): Violation[] {
  const found = own(source, "plugin");
  const name = own(found, "name");
  if (found === undefined || found === null) return [];
  if (typeof name === "string" && allowedPlugins.includes(name)) return [];
  const remedy = "leave it out, or name a plugin that the platform allows";
  return [{ field: `${field}.plugin.name`, found: name, allowed: anyOf(allowedPlugins), remedy }];
}

function helm(field: string, source: JsonObject, request: AdmissionRequest, policy: Policy): Violation[] {
  const { value, wrong } = objectAt(own(source, "helm"), `${field}.helm`);
  const files = valueFilesOf({ field, source });
  const remote = files.texts.filter(([, text]) => text.includes("://"));
  return [
    ...wrong,
    ...foreignNamespace(`${field}.helm.namespace`, own(value, "namespace"), request, "leave it out"),
    ...files.wrong,
    ...remote.flatMap(([path, text]) => repositoryViolations(path, text, policy)),
  ];
}

/** No namespace is set after these patches, so none of them may set one. */
function kustomize(field: string, source: JsonObject, request: AdmissionRequest): Violation[] {
  const { value, wrong } = objectAt(own(source, "kustomize"), `${field}.kustomize`);
  const patches = own(value, "patches");
  const components = textsOf(own(value, "components"), `${field}.kustomize.components`);
  const remote = components.texts.filter(([, text]) => !isLocalPath(text));
  const remedy = "use a component of the same repository";
  return [
    ...wrong,
    ...foreignNamespace(`${field}.kustomize.namespace`, own(value, "namespace"), request, "leave it out"),
    ...(isUnset(patches)
      ? []
      : checkPatches({
          patches,
          field: `${field}.kustomize.patches`,
          namespace: request.namespace,
          namespaceMayMove: false,
        })),
    ...components.wrong,
    ...remote.map(([path, text]) => ({
      field: path,
      found: text,
      shown: shownUrl(text),
      allowed: "a relative path",
      remedy,
    })),
  ];
}

/** kustomize takes `user@host/…` and `github.com/…` for a repository to fetch, without any scheme. */
function isLocalPath(text: string): boolean {
  return /^[\w.+-]+(\/[\w.@+-]+)*\/?$/.test(text) && !/^github\.com\//i.test(text);
}
