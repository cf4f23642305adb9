import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resourcesAtRest, rulesAtRest } from "../../../src/survey/rules-at-rest.ts";
import { createJudge, type Judgement } from "../../../webhooks/judge.ts";
import { rules } from "../../../webhooks/validating/index.ts";
import type { Resource } from "../../../webhooks/validating/resource.ts";
import { requestFor, TENANT_USER, testFacts, testPolicy } from "../../helpers/admission.ts";
import { type ConfinementCase, confinementCases } from "../../helpers/confinement-cases.ts";

const ids = (list: readonly { id: string }[]): Set<string> => new Set(list.map(({ id }) => id));
const nameOf = ({ group, resource }: Resource): string => `${resource}.${group}`;

describe("rulesAtRest", () => {
  it("leaves out what judges the change or the writer, and nothing else", () => {
    const atRest = ids(rulesAtRest(rules));
    const gone = [...ids(rules)].filter((id) => !atRest.has(id));
    assert.deepEqual(new Set(gone), new Set(["K13", "M1", "A8", "A9", "A10"]));
  });

  it("keeps S3 for what stands in an object, not for ExternalArtifacts, which only their writer makes good or bad", () => {
    const artifacts = rulesAtRest(rules).find(({ id }) => id === "S3");
    assert.deepEqual(
      artifacts?.resources.map(({ resource }) => resource),
      ["helmcharts", "artifactgenerators"],
    );
  });

  it("gives every object of the cases the same judgement, whoever is taken for its writer", () => {
    const judge = createJudge({
      rules: rulesAtRest(rules),
      facts: testFacts(),
      policy: () => testPolicy(),
      run: (_rule, check) => check(),
    });
    const [controller = ""] = testPolicy().controllers;
    const users = [TENANT_USER, { username: controller, groups: [] }, { username: "nobody", groups: [] }];
    let judged = 0;
    for (const { id, resource, object, namespace } of objectsOf(confinementCases())) {
      const request = (user: (typeof users)[number]) => requestFor(resource, object, { user, namespace });
      const found = users.map((user) => foundIn(judge(request(user))));
      for (const other of found) assert.deepEqual(other, found[0], id);
      judged++;
    }
    assert.ok(judged > 50, `${judged} objects`);
  });
});

describe("resourcesAtRest", () => {
  it("names each resource once, and none that no rule at rest is about", () => {
    const names = resourcesAtRest(rules).map(nameOf);
    assert.equal(new Set(names).size, names.length);
    for (const name of [
      "kustomizations.kustomize.toolkit.fluxcd.io",
      "clusterrolebindings.rbac.authorization.k8s.io",
    ]) {
      assert.ok(names.includes(name), name);
    }
    for (const name of ["namespaces.", "appprojects.argoproj.io"]) assert.ok(!names.includes(name), name);
  });
});

function objectsOf(cases: readonly ConfinementCase[]) {
  const known = new Map(resourcesAtRest(rules).map((resource) => [nameOf(resource), resource]));
  return cases.flatMap(({ id, review }) => {
    const { object, resource: asked, subResource = "", namespace = "" } = review?.request ?? {};
    const resource = asked === undefined ? undefined : known.get(`${asked.resource}.${asked.group}`);
    return object === null || object === undefined || resource === undefined || subResource !== ""
      ? []
      : [{ id, resource, object, namespace }];
  });
}

const foundIn = ({ against, warned, wouldDeny }: Judgement): unknown => ({ against, warned, wouldDeny });
