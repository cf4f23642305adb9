// No field lets an object out of its namespace, whatever stands in it; and the verdict is about what an object says, not how it is written down.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { Objection } from "../../webhooks/denial.ts";
import { createJudge, type Judgement } from "../../webhooks/judge.ts";
import { rules } from "../../webhooks/validating/index.ts";
import type { Rule } from "../../webhooks/validating/rule.ts";
import { deepFrozen, kustomization, kustomizationRequest, testFacts, testPolicy } from "../helpers/admission.ts";
import { fuzzRuns } from "../helpers/fuzz-runs.ts";
import { GOOD, goodRequest } from "../helpers/good-objects.ts";
import { atHome, put, REACHES, reaching } from "../helpers/reach.ts";
import { reversed } from "../helpers/reversed.ts";
import { FOREIGN } from "../helpers/rule-table.ts";

const facts = testFacts();
const policy = testPolicy({
  resourceSets: { enabled: true },
  applicationSets: { enabled: true, generators: ["list"] },
  allowedKubeConfigSecrets: new Map([["tenant-a", ["tenant-a-kubeconfig"]]]),
});
const judgeWith = (asked: readonly Rule[]): ((request: AdmissionRequest) => Judgement) =>
  createJudge({ rules: asked, facts, policy: () => policy, run: (_, check) => check() });
const judge = judgeWith(rules);
/** What is found, as a set: the order in which it is told may differ. */
const verdictOf = ({ outcome, against, warned }: Judgement): unknown => {
  const told = (found: readonly Objection[]): string[] =>
    found.map((objection) => `${objection.id} ${"violation" in objection ? objection.violation.field : ""}`).toSorted();
  return { outcome, against: told(against), warned: told(warned) };
};

/** Texts close to a name: a character more, less, or another. */
const nearby = fc
  .record({
    name: fc.constantFrom("tenant-a", "team-a", "https://github.com/org/app", "GitRepository"),
    at: fc.nat(30),
    cut: fc.nat(2),
    put: fc.string({ unit: "binary", maxLength: 2 }),
  })
  .map(({ name, at, cut, put: text }) => `${name.slice(0, at)}${text}${name.slice(at + cut)}`);
const values = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, "", "tenant-a", ...FOREIGN),
  nearby,
  fc.jsonValue({ maxDepth: 2 }),
  fc.string(),
);
const reaches = fc.constantFrom(...REACHES);

for (const reach of REACHES) {
  test(`${reach.kind} ${reach.path.join(".")}: allows the good object that it starts from`, () => {
    const { outcome, against, warned } = judge(atHome(reach));
    assert.deepEqual({ outcome, against, warned }, { outcome: "allowed", against: [], warned: [] });
  });
}

test("lets no field reach out, whatever stands in it", () => {
  fc.assert(
    fc.property(reaches, values, (reach, value) => {
      fc.pre(!reach.mayBe(value));
      const { outcome, against } = judge(deepFrozen(reaching(reach, value)));
      assert.equal(outcome, "denied", `${reach.kind} ${reach.path.join(".")} = ${JSON.stringify(value)}`);
      assert.ok(against.length > 0);
    }),
    fuzzRuns(5000),
  );
});

/** Requests with several fields that reach anywhere, and keys and values of any kind beside them. */
const requests = fc
  .record({
    kind: fc.constantFrom(...GOOD.keys()),
    tried: fc.array(fc.tuple(reaches, values), { maxLength: 3 }),
    key: fc.string(),
    value: values,
  })
  .map(({ kind, tried, key, value }) => {
    const good = GOOD.get(kind)!;
    const about = tried.filter(([reach]) => reach.kind === kind);
    const request = goodRequest(good, Object.assign({}, ...about.map(([{ parts }]) => parts)));
    const object = about.reduce<unknown>((made, [{ path }, found]) => put(made, path, found), request.object);
    return { ...request, object: put(object, ["spec", key], value) as AdmissionRequest["object"] & object };
  });

test("finds the same in whatever order keys are written and rules are asked", () => {
  const backwards = judgeWith(rules.toReversed());
  fc.assert(
    fc.property(requests, (request) => {
      const verdict = verdictOf(judge(request));
      assert.deepEqual(
        verdictOf(judge({ ...request, object: reversed(request.object) as typeof request.object })),
        verdict,
      );
      assert.deepEqual(verdictOf(backwards(request)), verdict);
    }),
    fuzzRuns(1000),
  );
});

test("finds the same in whatever order requests come", () => {
  fc.assert(
    fc.property(fc.array(requests, { minLength: 2, maxLength: 5 }), (many) => {
      const verdicts = many.map((request) => verdictOf(judge(request)));
      assert.deepEqual(
        many.toReversed().map((request) => verdictOf(judge(request))),
        verdicts.toReversed(),
      );
    }),
    fuzzRuns(300),
  );
});

const DOCUMENTS = [
  "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
  "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: tenant-b}}",
  "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, annotations: {config.kubernetes.io/index: '1'}}}",
  "{apiVersion: /v1, kind: ConfigMap, metadata: {name: d}}",
];

test("finds the same in whatever order the documents of a patch are written", () => {
  const judged = (documents: readonly string[]): unknown =>
    verdictOf(judge(kustomizationRequest(kustomization({ patches: [{ patch: documents.join("\n---\n") }] }))));
  fc.assert(
    fc.property(fc.shuffledSubarray(DOCUMENTS, { minLength: 1 }), (documents) =>
      assert.deepEqual(judged(documents), judged(documents.toSorted())),
    ),
  );
});

const anything = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom("metadata", "spec", "operation", "subjects", "roleRef"), fc.jsonValue()),
);

test("judges any JSON at all without throwing", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...GOOD.values()),
      anything,
      anything,
      fc.constantFrom("", "status", "finalize"),
      (good, object, oldObject, subResource) => {
        const asked = { ...goodRequest(good), object, oldObject, subResource, operation: "UPDATE" } as AdmissionRequest;
        assert.ok(["allowed", "denied", "exempt", "tolerated"].includes(judge(asked).outcome));
      },
    ),
    fuzzRuns(1000),
  );
});
