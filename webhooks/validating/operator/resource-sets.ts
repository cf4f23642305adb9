// R1: tenants have objects of the Flux operator only where the platform has said so, and then only those that can be judged.
// The operator applies whatever they hold; a template cannot be judged before it is filled in, and a FluxInstance is Flux itself.

import type { AdmissionRequest } from "../../admission.ts";
import type { JsonObject } from "../../json.ts";
import { isUnset, own } from "../../json.ts";
import { accountViolations } from "../account.ts";
import { at, foreignNamespace, itemsOf, objectAt, wrongType } from "../fields.ts";
import { dependencyViolations } from "../flux/depends-on.ts";
import { FLUX_INSTANCES, FLUX_REPORTS, RESOURCE_SET_INPUT_PROVIDERS, RESOURCE_SETS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

/** Annotations by which the operator copies a Secret or ConfigMap from `namespace/name`. */
const COPIES = ["fluxcd.controlplane.io/copyFrom", "fluxcd.controlplane.io/convertKubeConfigFrom"];

export const resourceSets: Rule = {
  id: "R1",
  name: "resource-sets",
  resources: [RESOURCE_SETS, RESOURCE_SET_INPUT_PROVIDERS, FLUX_INSTANCES, FLUX_REPORTS],
  check(request, facts, policy) {
    const { resource, kind, object, namespace } = request;
    const mayBeEnabled =
      resource.resource === RESOURCE_SETS.resource || resource.resource === RESOURCE_SET_INPUT_PROVIDERS.resource;
    if (!mayBeEnabled || !policy.resourceSets.enabled) return [notEnabled(kind.kind)];
    const found = at(object, "spec", "serviceAccountName");
    const isSet = resource.resource === RESOURCE_SETS.resource;
    const account = isSet || !isUnset(found);
    return [
      ...(account ? accountViolations({ field: "spec.serviceAccountName", found, namespace }, facts, policy) : []),
      ...(isSet ? contentViolations(request) : selectorViolations(request)),
    ];
  },
};

function notEnabled(kind: string): Violation {
  const remedy = "use Kustomizations or HelmReleases, or ask the platform to enable resourceSets";
  return { field: "kind", found: kind, allowed: "none in a tenant's namespace", remedy };
}

/** Where no ServiceAccount is named, the operator looks for what is selected with its own rights, `*` in all namespaces. */
function selectorViolations(request: AdmissionRequest): Violation[] {
  const { items, wrong } = itemsOf(at(request.object, "spec", "selectors"), "spec.selectors");
  const remedy = "select ExternalArtifacts of the own namespace only";
  const found = items.flatMap(([field, item]) =>
    foreignNamespace(`${field}.namespace`, own(item, "namespace"), request, remedy),
  );
  return [...wrong, ...found];
}

function contentViolations(request: AdmissionRequest): Violation[] {
  const spec = at(request.object, "spec");
  const steps = itemsOf(own(spec, "steps"), "spec.steps");
  const parts: [string, unknown][] = [["spec", spec], ...steps.items];
  return [
    ...dependencyViolations(request),
    ...copies("spec.commonMetadata", own(spec, "commonMetadata"), request),
    ...steps.wrong,
    ...parts.flatMap(([field, part]) => [...template(field, part), ...resources(field, part, request)]),
  ];
}

function template(field: string, part: unknown): Violation[] {
  const found = own(part, "resourcesTemplate");
  if (isUnset(found)) return [];
  const remedy = "write the objects out as resources: a template cannot be judged before it is filled in";
  return [{ field: `${field}.resourcesTemplate`, found, shown: "a template", allowed: "none", remedy }];
}

function resources(field: string, part: unknown, request: AdmissionRequest): Violation[] {
  const { items, wrong } = itemsOf(own(part, "resources"), `${field}.resources`);
  return [...wrong, ...items.flatMap(([path, item]) => objectViolations(path, item, request))];
}

/** One object, or, as the operator takes anything with a list of items, all those that are in it. */
function objectViolations(path: string, item: JsonObject, request: AdmissionRequest): Violation[] {
  const items = own(item, "items");
  const inner = Array.isArray(items) ? itemsOf(items, `${path}.items`) : { items: [], wrong: [] };
  return [
    ...copies(`${path}.metadata`, own(item, "metadata"), request),
    ...inner.wrong,
    ...inner.items.flatMap(([field, object]) => objectViolations(field, object, request)),
  ];
}

/** Templates in keys could become such an annotation; in values they are told apart from the own namespace all the same. */
function copies(path: string, found: unknown, { namespace }: AdmissionRequest): Violation[] {
  const metadata = objectAt(found, path);
  const { value = {}, wrong } = objectAt(own(metadata.value, "annotations"), `${path}.annotations`);
  const bad = Object.entries(value).flatMap(([key, from]): Violation[] => {
    const field = `${path}.annotations[${key}]`;
    if (key.includes("<<")) return [wrongType(field, from, "a key without template")];
    if (!COPIES.includes(key) || isOfOwn(from, namespace)) return [];
    const remedy = "copy from the own namespace only";
    return [{ field, found: from, allowed: `"${namespace}/<name>"`, remedy }];
  });
  return [...metadata.wrong, ...wrong, ...bad];
}

function isOfOwn(found: unknown, namespace: string): boolean {
  if (typeof found !== "string") return false;
  const [home, name, ...more] = found.split("/");
  return home === namespace && name !== undefined && name !== "" && more.length === 0;
}
