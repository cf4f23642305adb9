// A1: an Application belongs to a project that its namespace may use.
// The project is what limits an Application, unless Argo CD impersonates; no project means `default`, which permits everything at first.
import type { AdmissionRequest } from "../../admission.ts";
import { own } from "../../json.ts";
import type { Policy } from "../../policy.ts";
import type { ApplicationSpec } from "../application.ts";
import { anyOf, at } from "../fields.ts";
import { APPLICATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

export const project: Rule = {
  id: "A1",
  name: "project",
  resources: [APPLICATIONS],
  check(request, _facts, policy) {
    return projectViolations({ field: "spec", spec: at(request.object, "spec") }, request, policy);
  },
};

export function projectViolations(
  { field, spec, isPartial }: ApplicationSpec,
  { namespace }: AdmissionRequest,
  { allowedProjects }: Policy,
): Violation[] {
  const found = own(spec, "project");
  if (isPartial && found === undefined) return [];
  const projects = (allowedProjects.get(namespace) ?? []).filter((name) => name !== "" && name !== "default");
  if (typeof found === "string" && projects.includes(found)) return [];
  const remedy = "name a project that the platform has given the namespace";
  return [{ field: `${field}.project`, found, allowed: anyOf(projects), remedy }];
}
