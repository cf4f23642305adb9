// Which rules are asked about which resource. One place decides what is unknown here.
import type { AdmissionRequest } from "../admission.ts";
import type { Resource } from "./resource.ts";
import type { Rule } from "./rule.ts";

/** A resource or subresource that rules know, and those of them that are about it, in order. */
export interface Target {
  resource: Resource;
  rules: Rule[];
}

/** What every known resource may have. Where no rule names one of them, its requests are allowed. */
const SUB_RESOURCES = ["", "status", "finalize"];

/** Finds the target of a request; undefined: no rule is about the resource, so that it should not have been sent. */
export function createTargets(
  rules: readonly Rule[],
): (request: Pick<AdmissionRequest, "resource" | "subResource">) => Target | undefined {
  const targets = new Map<string, Target>();
  for (const rule of rules) {
    for (const resource of rule.resources) {
      for (const subResource of SUB_RESOURCES) {
        const key = keyOf(resource.group, resource.resource, subResource);
        const target = targets.get(key) ?? { resource, rules: [] };
        targets.set(key, target);
        if ((rule.subResources ?? [""]).includes(subResource)) target.rules.push(rule);
      }
    }
  }
  return ({ resource, subResource }) => targets.get(keyOf(resource.group, resource.resource, subResource));
}

function keyOf(group: string, resource: string, subResource: string): string {
  return `${group}/${resource}/${subResource}`;
}
