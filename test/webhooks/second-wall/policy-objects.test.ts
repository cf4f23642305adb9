import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse, stringify } from "yaml";
import { secondWall, wallRuleIds } from "../../../webhooks/second-wall/index.ts";
import { rules } from "../../../webhooks/validating/index.ts";
import { testPolicy } from "../../helpers/admission.ts";
import { assertWhole } from "../../helpers/cel-text.ts";
import { SUITES } from "../../helpers/wall-suites.ts";

interface Spec {
  failurePolicy?: string;
  matchConstraints?: { resourceRules: { apiGroups: string[]; resources: string[]; operations: string[] }[] };
  matchConditions?: { expression: string }[];
  variables?: { name: string; expression: string }[];
  validations?: { expression: string; messageExpression: string; reason: string }[];
  validationActions?: string[];
  policyName?: string;
  matchResources?: { namespaceSelector: { matchExpressions: { operator: string; values: string[] }[] } };
}
const specsOf = (overrides = {}): { kind: string; name: string; spec: Spec }[] =>
  secondWall({ policy: testPolicy(overrides), now: 0 }).map(({ kind, metadata, spec }) => ({
    kind,
    name: metadata.name,
    spec,
  }));

describe("the second wall's objects", () => {
  it("hold whole CEL and come back from YAML as they were, under every policy", () => {
    for (const { policy } of SUITES) {
      for (const object of secondWall({ policy: testPolicy(policy), now: 0 })) {
        assert.deepEqual(parse(stringify(object, { lineWidth: 0 })), object);
        const { variables = [], validations = [], matchConditions = [] }: Spec = object.spec;
        for (const { expression } of [...variables, ...validations, ...matchConditions]) assertWhole(expression);
        for (const { messageExpression } of validations) assertWhole(messageExpression);
      }
    }
  });

  it("are the same for the same policy", () => {
    assert.deepEqual(specsOf(), specsOf());
    assert.notDeepEqual(specsOf(), specsOf({ profile: "baseline" }));
  });

  it("fail closed, deny, and never judge a DELETE", () => {
    for (const { kind, name, spec } of specsOf()) {
      if (kind === "ValidatingAdmissionPolicyBinding") {
        assert.deepEqual([spec.validationActions, spec.policyName], [["Deny"], name]);
      } else {
        assert.equal(spec.failurePolicy, "Fail");
        for (const rule of spec.matchConstraints?.resourceRules ?? [])
          assert.deepEqual(rule.operations, ["CREATE", "UPDATE"]);
        for (const { reason } of spec.validations ?? []) assert.equal(reason, "Forbidden");
      }
    }
  });

  it("leave platform namespaces out by the label that nobody can forge, but for the rules that hold everywhere", () => {
    const everywhere = ["landlord-control-plane", "landlord-app-projects", "landlord-namespaces"];
    for (const { name, kind, spec } of specsOf()) {
      if (kind !== "ValidatingAdmissionPolicyBinding") continue;
      const [expression] = spec.matchResources?.namespaceSelector.matchExpressions ?? [];
      const expected = {
        key: "kubernetes.io/metadata.name",
        operator: "NotIn",
        values: ["argocd", "flux-system", "kube-system"],
      };
      assert.deepEqual(expression, everywhere.includes(name) ? undefined : expected, name);
    }
  });

  it("exempt admins, if there are any", () => {
    for (const { spec } of specsOf().filter(({ kind }) => kind === "ValidatingAdmissionPolicy")) {
      assert.equal(spec.matchConditions?.length, 1);
    }
    const none = specsOf({ adminUsers: new Set(), adminGroups: new Set() });
    assert.ok(none.every(({ spec }) => spec.matchConditions === undefined));
  });

  it("leave out what would judge nothing", () => {
    const names = specsOf({ applicationSets: { enabled: true, generators: [] } }).map(({ name }) => name);
    assert.ok(!names.includes("landlord-application-sets"));
    assert.ok(specsOf().some(({ name }) => name === "landlord-application-sets"));
  });

  it("are told in the documentation: every rule, and whether it is in the wall", () => {
    const text = readFileSync(new URL("../../../docs/second-wall.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| ([A-Z]\d+b?) [^|]*\| (yes|partly|no) \|/gm)].map(([, id, answer]) => [
      id,
      answer,
    ]);
    const inside = wallRuleIds({ policy: testPolicy() });
    assert.deepEqual(rows.map(([id = ""]) => id).toSorted(), [...new Set(rules.map(({ id }) => id))].toSorted());
    for (const [id = "", answer] of rows) assert.equal(answer !== "no", inside.includes(id), id);
  });
});
