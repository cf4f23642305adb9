import { project } from "../../../../webhooks/validating/argocd/project.ts";
import { BASELINE, foreignRows, type Given, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.project";
const of = (value: unknown, rest: Given = {}): Given => ({ spec: { project: value }, ...rest });
const allowing = (...projects: string[]): Given => ({ policy: { allowedProjects: new Map([["tenant-a", projects]]) } });

testRule(project, "Application", {
  allowed: [
    ["the namespace's project", of("team-a")],
    ["each of the namespace's projects", of("b", allowing("a", "b"))],
  ],
  denied: [
    ["none", of(undefined), FIELD],
    ["null", of(null), FIELD],
    ["an empty one", of(""), FIELD],
    ["none in baseline", of(undefined, BASELINE), FIELD],
    ["default", of("default"), FIELD],
    ["default although the policy lists it", of("default", allowing("default")), FIELD],
    ["an empty one although the policy lists it", of("", allowing("")), FIELD],
    ["another's in baseline", of("team-b", BASELINE), FIELD],
    ["its project in another namespace", of("team-a", { request: { namespace: "tenant-b" } }), FIELD],
    [
      "any project in a namespace that every object inherits",
      of("team-a", { request: { namespace: "constructor" } }),
      FIELD,
    ],
    ["a project in capitals", of("Team-A"), FIELD],
    ["a project with a blank", of("team-a "), FIELD],
    ["no spec", { spec: null }, FIELD],
    ["a spec that is a text", { spec: "project: team-a" }, FIELD],
    ...foreignRows("project", of, FIELD),
  ],
});
