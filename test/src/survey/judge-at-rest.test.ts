import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createJudgeAtRest } from "../../../src/survey/judge-at-rest.ts";
import { requestAtRest } from "../../../src/survey/request.ts";
import { idsOf } from "../../../webhooks/denial.ts";
import type { Policy } from "../../../webhooks/policy.ts";
import { rules } from "../../../webhooks/validating/index.ts";
import { CLUSTER_ROLE_BINDINGS, KUSTOMIZATIONS, type Resource } from "../../../webhooks/validating/resource.ts";
import type { Rule } from "../../../webhooks/validating/rule.ts";
import { testFacts, testPolicy } from "../../helpers/admission.ts";
import { violating } from "../../helpers/discovery.ts";

function judged(object: KubeObject, resource: Resource, options: { policy?: Partial<Policy>; more?: Rule[] } = {}) {
  const { policy, more = [] } = options;
  const errors: string[] = [];
  const judge = createJudgeAtRest({
    rules: [...rules, ...more],
    facts: testFacts(),
    policy: () => testPolicy(policy),
    onError: ({ id }) => void errors.push(id),
  });
  return { ...judge(requestAtRest(object, resource)), errors };
}

const wrongIn = (namespace: string): KubeObject => violating(namespace, 1)[0] ?? assert.fail();

const binding = (name: string, role = name): KubeObject =>
  ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { kind: "ClusterRole", name: role },
    subjects: [{ kind: "Group", name: "system:authenticated" }],
  }) as KubeObject;

describe("createJudgeAtRest", () => {
  it("judges an object as if it came in now, however long it has been there", () => {
    const { outcome, against } = judged(wrongIn("tenant-a"), KUSTOMIZATIONS);
    assert.equal(outcome, "denied");
    assert.deepEqual(idsOf(against), ["K1", "K2", "K4"]);
  });

  it("keeps apart what only warns by policy", () => {
    const policy = { warnOnly: [{ rules: new Set(["K2"]) }] };
    const { against, wouldDeny } = judged(wrongIn("tenant-a"), KUSTOMIZATIONS, { policy });
    assert.deepEqual([idsOf(against), idsOf(wouldDeny)], [["K1", "K4"], ["K2"]]);
  });

  it("has nothing against fields in platform namespaces", () => {
    assert.deepEqual(judged(wrongIn("flux-system"), KUSTOMIZATIONS).against, []);
  });

  it("says nothing of a namespace that is not known yet: it came or went a moment ago", () => {
    assert.deepEqual(judged(wrongIn("made-just-now"), KUSTOMIZATIONS).against, []);
  });

  it("finds what stands in a namespace that is nobody's", () => {
    assert.ok(idsOf(judged(wrongIn("plain"), KUSTOMIZATIONS).against).includes("K1"));
  });

  it("does not hold against an object that its namespace is being deleted", () => {
    const good = {
      ...wrongIn("tenant-gone"),
      spec: {
        prune: true,
        serviceAccountName: "tenant-gone",
        targetNamespace: "tenant-gone",
        sourceRef: { kind: "GitRepository", name: "app" },
      },
    };
    const { outcome, against } = judged(good, KUSTOMIZATIONS);
    assert.deepEqual([outcome, against], ["allowed", []]);
    assert.deepEqual(idsOf(judged(wrongIn("tenant-gone"), KUSTOMIZATIONS).against), ["K1", "K2", "K4"]);
  });

  it("does not hold against an object the version in which the cluster gives it", () => {
    const old = { ...wrongIn("tenant-a"), apiVersion: "kustomize.toolkit.fluxcd.io/v1beta2" };
    assert.equal(judged(old, KUSTOMIZATIONS).deprecation, undefined);
  });

  it("warns of bindings that reach out, but not of those that every cluster is born with", () => {
    assert.deepEqual(idsOf(judged(binding("mine", "view"), CLUSTER_ROLE_BINDINGS).warned), ["M2"]);
    assert.deepEqual(idsOf(judged(binding("system:discovery", "cluster-admin"), CLUSTER_ROLE_BINDINGS).warned), ["M2"]);
    assert.deepEqual(judged(binding("system:discovery"), CLUSTER_ROLE_BINDINGS).warned, []);
  });

  it("takes a rule that throws for one that denies, and tells of it", () => {
    const broken: Rule = {
      id: "X1",
      name: "broken",
      resources: [KUSTOMIZATIONS],
      check() {
        throw new Error("broken");
      },
    };
    const { against, errors } = judged(wrongIn("tenant-a"), KUSTOMIZATIONS, { more: [broken] });
    assert.ok(idsOf(against).includes("X1"));
    assert.deepEqual(errors, ["X1"]);
  });
});
