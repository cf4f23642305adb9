import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgedBy } from "../../../webhooks/second-wall/judged.ts";
import type { Wall } from "../../../webhooks/second-wall/walls.ts";
import { GIT_REPOSITORIES, KUSTOMIZATIONS, NAMESPACES } from "../../../webhooks/validating/resource.ts";
import type { Rule } from "../../../webhooks/validating/rule.ts";
import { testPolicy } from "../../helpers/admission.ts";

const RULE: Rule = { id: "X1", name: "x", resources: [KUSTOMIZATIONS], check: () => [] };
const WALL: Wall = { name: "w", resources: [KUSTOMIZATIONS], subResources: [""], everywhere: false };
const judged = (rule: Partial<Rule> = {}, wall: Partial<Wall> = {}, policy = {}) =>
  judgedBy({ rule: { ...RULE, ...rule }, findings: () => "F" }, { ...WALL, ...wall }, testPolicy(policy), 0);

describe("rules in a wall", () => {
  it("are excused where nothing that is judged has changed, unless they judge the change", () => {
    assert.deepEqual(judged(), [{ id: "X1", findings: "F", found: "variables.X1", excuse: "variables.unchanged" }]);
    assert.equal(judged({ judgesChange: true })[0]?.excuse, undefined);
  });

  it("are asked about their own resources only", () => {
    assert.deepEqual(judged({}, { resources: [NAMESPACES] }), []);
    const [both] = judged({}, { resources: [KUSTOMIZATIONS, GIT_REPOSITORIES] });
    assert.equal(both?.findings, '(request.resource.resource in ["kustomizations"] ? F : [])');
  });

  it("are excused where they only warn, and let exceptions through", () => {
    const exceptions = [{ namespace: "a", kind: "K", name: "n", field: "f", value: 1 }];
    const [one] = judged({}, {}, { warnOnly: [{ namespaces: ["a"] }], exceptions });
    assert.equal(one?.excuse, '(variables.unchanged || (request.namespace in ["a"]))');
    assert.match(one?.found ?? "", /^variables\.X1\.filter\(v, !\(.*v\.found == 1\)\)$/);
  });

  it("are left out where the policy makes them more than CEL can say", () => {
    assert.deepEqual(judgedBy({ rule: RULE, findings: () => undefined }, WALL, testPolicy(), 0), []);
  });
});
