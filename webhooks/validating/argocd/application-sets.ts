// A7: tenants have ApplicationSets only where the platform has said so, and then only those whose Applications can be told beforehand.
// What is filled in later (project, destination, patches of the template) cannot be judged now, so it has to be written out.
import type { AdmissionRequest } from "../../admission.ts";
import type { Facts } from "../../facts.ts";
import { isUnset, type JsonObject, own } from "../../json.ts";
import type { Policy } from "../../policy.ts";
import { type ApplicationSource, type ApplicationSpec, sourcesOf, templatesIn, valueFilesOf } from "../application.ts";
import { at, foreignNamespace, objectAt } from "../fields.ts";
import { generatorsIn } from "../generators.ts";
import { APPLICATION_SETS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";
import { destinationClusterViolations } from "./destination-cluster.ts";
import { destinationNamespaceViolations } from "./destination-namespace.ts";
import { managedNamespaceViolations } from "./managed-namespace.ts";
import { projectViolations } from "./project.ts";
import { repositoryViolations, sourcesViolations } from "./sources.ts";

export const applicationSets: Rule = {
  id: "A7",
  name: "application-sets",
  resources: [APPLICATION_SETS],
  check(request, facts, policy) {
    if (!policy.applicationSets.enabled) return [notEnabled()];
    const spec = at(request.object, "spec");
    const template = { field: "spec.template", spec: own(spec, "template") };
    return [
      ...templateViolations(template, request, facts, policy),
      ...templatePatch(spec),
      ...generatorViolations(spec, request, facts, policy),
    ];
  },
};

function notEnabled(): Violation {
  const remedy = "write Applications out, or ask the platform to enable applicationSets";
  return { field: "kind", found: "ApplicationSet", allowed: "none in a tenant's namespace", remedy };
}

function templatePatch(spec: unknown): Violation[] {
  const found = own(spec, "templatePatch");
  if (isUnset(found)) return [];
  const remedy = "leave it out: it changes the template after it was judged";
  return [{ field: "spec.templatePatch", found, shown: "a template", allowed: "none", remedy }];
}

/** The Application that a template makes, judged as one that a tenant writes. */
function templateViolations(
  { field, spec: template, isPartial = false }: ApplicationSpec,
  request: AdmissionRequest,
  facts: Facts,
  policy: Policy,
): Violation[] {
  const where = { field: `${field}.spec`, spec: own(template, "spec"), isPartial };
  const metadata = objectAt(own(template, "metadata"), `${field}.metadata`);
  const place = own(metadata.value, "namespace");
  return [
    ...objectAt(template, field).wrong,
    ...metadata.wrong,
    ...objectAt(where.spec, where.field).wrong,
    ...(isPartial ? objectAt(own(where.spec, "destination"), `${where.field}.destination`).wrong : []),
    ...foreignNamespace(`${field}.metadata.namespace`, place, request, "leave it out"),
    ...projectViolations(where, request, policy),
    ...destinationNamespaceViolations(where, request, facts, policy),
    ...destinationClusterViolations(where, policy),
    ...sourcesViolations(where, request, policy),
    ...managedNamespaceViolations(where, request, facts, policy),
    ...hidden(where),
  ];
}

/** Template syntax where its filling would decide where things go; elsewhere, as in a path or an image's tag, it is what sets are for. */
function hidden(where: ApplicationSpec): Violation[] {
  const { sources } = sourcesOf(where);
  const policies: [string, unknown] = [`${where.field}.syncPolicy`, own(where.spec, "syncPolicy")];
  const patches = sources.map(({ field, source }): [string, unknown] => [
    `${field}.kustomize.patches`,
    at(source, "kustomize", "patches"),
  ]);
  const remedy = "write the value out";
  return [
    ...[policies, ...patches].flatMap(([path, value]) => templatesIn(value, path)),
    ...sources.flatMap(urlsToBe),
  ].map(([path, found]) => ({ field: path, found, shown: "a template", allowed: "a value without {{", remedy }));
}

/** Value files that what is filled in can make URLs: nothing but letters stands before it, so that a scheme can. */
function urlsToBe(source: ApplicationSource): [string, string][] {
  return valueFilesOf(source).texts.filter(([, text]) => /^[a-z]*\{\{/i.test(text));
}

function generatorViolations(spec: unknown, request: AdmissionRequest, facts: Facts, policy: Policy): Violation[] {
  const { generators, wrong } = generatorsIn(own(spec, "generators"), "spec.generators");
  const found = generators.flatMap(({ field, kind, settings }) => [
    ...kindViolations(field, kind, policy),
    ...settingViolations(`${field}.${kind}`, settings, policy),
    ...templateViolations(
      { field: `${field}.${kind}.template`, spec: own(settings, "template"), isPartial: true },
      request,
      facts,
      policy,
    ),
  ]);
  return [...wrong, ...found];
}

/** The clusters generator finds every cluster that Argo CD knows. */
function kindViolations(field: string, kind: string, policy: Policy): Violation[] {
  const allowed = policy.applicationSets.generators.filter((name) => !DISCOVERY.includes(name));
  if (allowed.includes(kind)) return [];
  const remedy = "use a generator that the platform allows";
  return [{ field, found: kind, allowed: allowed.length === 0 ? "none" : allowed.join(" or "), remedy }];
}

const DISCOVERY = ["clusters"];

/** An address of the tenant's choice would be sent the token that a generator names; a repository is content. */
function settingViolations(field: string, settings: JsonObject, policy: Policy): Violation[] {
  const remedy = "leave it out: the platform's own address is used";
  const places = Object.keys(settings).filter((key) => !isUnset(at(settings, key, "api")));
  const apis: [string, unknown][] = places.map((key) => [`${field}.${key}.api`, at(settings, key, "api")]);
  if (!isUnset(own(settings, "api"))) apis.unshift([`${field}.api`, own(settings, "api")]);
  const repository = own(settings, "repoURL");
  return [
    ...apis.map(([path, found]) => ({ field: path, found, allowed: "none", remedy })),
    ...(repository === undefined ? [] : repositoryViolations(`${field}.repoURL`, repository, policy)),
  ];
}
