// Which rules have something to say about an object that is in the cluster already, and which resources they are about.
//
// Most judge what stands in the object, and that is the same at rest as on its way in. Two sorts do not:
// - rules about the change (M1, K13): at rest there is no change. A tenant's label on a Namespace may well be the platform's own.
// - rules about who writes (A8, A9, and S3 for ExternalArtifacts): an object does not say who wrote it, so that each AppProject of
//   the platform's, and each artifact that source-watcher made, would be somebody's violation.
// M2 only warns, and of rights that are there: it is as true at rest. What rests on facts (whose a namespace is) goes by those of now.
import { appProjects } from "../../webhooks/validating/argocd/app-projects.ts";
import { controlPlane } from "../../webhooks/validating/argocd/control-plane.ts";
import { EXTERNAL_ARTIFACTS, type Resource } from "../../webhooks/validating/resource.ts";
import type { Rule } from "../../webhooks/validating/rule.ts";
import { artifacts } from "../../webhooks/validating/source/artifacts.ts";

/** Rule ids, and the resources on which their rules look at the writer alone. */
const ABOUT_THE_WRITER: ReadonlyMap<string, readonly Resource[]> = new Map([
  [appProjects.id, appProjects.resources],
  [controlPlane.id, controlPlane.resources],
  [artifacts.id, [EXTERNAL_ARTIFACTS]],
]);

/** The same rules, each without the resources on which it has nothing to say at rest. */
export function rulesAtRest(rules: readonly Rule[]): Rule[] {
  return rules
    .filter(({ judgesChange, subResources = [""] }) => judgesChange !== true && subResources.includes(""))
    .map((rule) => ({ ...rule, resources: rule.resources.filter((resource) => !isAboutTheWriter(rule, resource)) }))
    .filter(({ resources }) => resources.length > 0);
}

/** What there is to look at: each resource that some rule is about at rest, once. */
export function resourcesAtRest(rules: readonly Rule[]): Resource[] {
  const resources = new Map<string, Resource>();
  for (const resource of rulesAtRest(rules).flatMap((rule) => rule.resources)) {
    resources.set(`${resource.group}/${resource.resource}`, resource);
  }
  return [...resources.values()];
}

function isAboutTheWriter({ id }: Rule, { group, resource }: Resource): boolean {
  const listed = ABOUT_THE_WRITER.get(id) ?? [];
  return listed.some((other) => other.group === group && other.resource === resource);
}
