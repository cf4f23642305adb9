import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdmissionRequest, Verdict } from "../../webhooks/admission.ts";
import { createMutator, createValidator } from "../../webhooks/chain.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import type { Mutation } from "../../webhooks/mutating/mutation.ts";
import { PatchBuilder } from "../../webhooks/patch.ts";
import type { Policy } from "../../webhooks/policy.ts";
import { KUSTOMIZATIONS } from "../../webhooks/validating/resource.ts";
import type { Rule, Violation } from "../../webhooks/validating/rule.ts";
import {
  ADMIN_USER,
  deepFrozen,
  kustomization,
  kustomizationRequest,
  testFacts,
  testPolicy,
} from "../helpers/admission.ts";

type Extra = {
  observed?: [string, number][];
  errors?: [string, unknown][];
  synced?: boolean;
  policy?: Partial<Policy>;
};

function deps<M extends { name: string }>(
  members: readonly M[],
  { observed = [], errors = [], synced = true, policy = {} }: Extra,
) {
  let milliseconds = 0;
  return {
    members,
    facts: testFacts({ synced }),
    policy: () => testPolicy(policy),
    observe: (member: M, seconds: number) => void observed.push([member.name, seconds]),
    onError: (member: M, error: unknown) => void errors.push([member.name, error]),
    now: () => (milliseconds += 250),
  };
}

const violation = (field: string): Violation => ({ field, found: "x", allowed: "y", remedy: "z" });
const rule = (id: string, found: Violation[] | Error, rest: Partial<Rule> = {}): Rule => ({
  id,
  name: `rule-${id}`,
  resources: [KUSTOMIZATIONS],
  check: () => {
    if (found instanceof Error) throw found;
    return found;
  },
  ...rest,
});
const validate = (rules: Rule[], overrides: Partial<AdmissionRequest> = {}, extra: Extra = {}): Verdict =>
  createValidator(deps(rules, extra))(kustomizationRequest(kustomization(), overrides));
const update = (object: JsonObject, oldObject = kustomization()): Partial<AdmissionRequest> => ({
  operation: "UPDATE",
  object,
  oldObject,
});
const ALLOWED: Verdict = { allowed: true, patch: [], warnings: [], auditAnnotations: {} };
const BOOM = new Error("boom: hunter2");

test("allows what no rule objects to", () => {
  assert.deepEqual(validate([rule("F1", []), rule("F2", [])]), ALLOWED);
});

test("gathers all violations of all rules, in order", () => {
  const found = validate([rule("F1", [violation("a"), violation("b")]), rule("F2", []), rule("F3", [violation("c")])]);
  assert.equal(found.allowed, false);
  assert.deepEqual(
    found.denial?.details.causes.map(({ field }) => field),
    ["a", "b", "c"],
  );
  assert.deepEqual(found.denial?.rules, ["F1", "F3"]);
  assert.deepEqual(found.auditAnnotations, { "denied-by": "F1,F3" });
});

test("gives a rule the request, the facts and the policy", () => {
  const seen: unknown[] = [];
  const spy = rule("F1", [], { check: (...given) => (seen.push(...given), []) });
  const options = deps([spy], {});
  const request = kustomizationRequest(kustomization());
  createValidator(options)(request);
  assert.deepEqual(seen, [request, options.facts, options.policy()]);
  assert.equal(seen[0], request);
});

test("measures each rule, also one that throws", () => {
  const observed: [string, number][] = [];
  validate([rule("F1", []), rule("F2", BOOM)], {}, { observed });
  assert.deepEqual(observed, [
    ["rule-F1", 0.25],
    ["rule-F2", 0.25],
  ]);
});

test("denies when a rule throws, tells the log why and the user only which", () => {
  const errors: [string, unknown][] = [];
  const { allowed, denial } = validate([rule("F1", BOOM), rule("F2", [])], {}, { errors });
  assert.equal(allowed, false);
  assert.equal(denial?.code, 500);
  assert.equal(denial.message, "internal error in rule F1; request denied");
  assert.deepEqual(errors, [["rule-F1", BOOM]]);
});

test("tells the other rules' violations beside the rule that throws", () => {
  const { denial } = validate([rule("F1", BOOM), rule("F2", [violation("a")])]);
  assert.equal(denial?.code, 403);
  assert.deepEqual(denial.rules, ["F1", "F2"]);
  assert.equal(denial.details.causes.length, 1);
});

test("denies while the facts are not complete, and asks no rule", () => {
  const errors: [string, unknown][] = [];
  const { allowed, denial, auditAnnotations } = validate([rule("F1", BOOM)], {}, { synced: false, errors });
  assert.equal(allowed, false);
  assert.equal(denial?.code, 500);
  assert.match(denial.message, /try again in a few seconds$/);
  assert.deepEqual(auditAnnotations, { "denied-by": "not-synced" });
  assert.deepEqual(errors, []);
});

test("denies a resource that no rule is about, and says how to mend that", () => {
  const jobs = { resource: { group: "batch", version: "v1", resource: "jobs" } };
  const { denial } = validate([rule("F1", [])], jobs);
  assert.equal(denial?.code, 403);
  assert.match(denial.message, /^no rule is about jobs\.batch; take it out of the rules of .*WebhookConfiguration$/);
  assert.deepEqual(denial.rules, ["unknown-resource"]);
  const pods = { resource: { group: "", version: "v1", resource: "pods" }, subResource: "exec" };
  assert.match(validate([rule("F1", [])], pods).denial?.message ?? "", /^no rule is about pods\/exec;/);
});

test("allows the status and finalize subresources of known resources as long as no rule is about them", () => {
  for (const subResource of ["status", "finalize"]) {
    assert.deepEqual(validate([rule("F1", [violation("a")])], { subResource }), ALLOWED);
  }
  const onStatus = rule("F2", [violation("a")], { subResources: ["status"] });
  assert.equal(validate([onStatus], { subResource: "status" }).allowed, false);
});

test("never blocks a DELETE", () => {
  const members = [rule("F1", [violation("a")]), rule("F2", BOOM)];
  const jobs = { resource: { group: "batch", version: "v1", resource: "jobs" } };
  for (const rest of [{}, jobs, { subResource: "status" }]) {
    assert.deepEqual(validate(members, { operation: "DELETE", ...rest }, { synced: false }), ALLOWED);
  }
});

test("never blocks an update that changes nothing that is judged, whatever stands against it, and records it", () => {
  const object = kustomization({}, { finalizers: [] });
  const jobs = { resource: { group: "batch", version: "v1", resource: "jobs" } };
  assert.deepEqual(validate([rule("F1", [violation("a")])], update(object)), {
    ...ALLOWED,
    auditAnnotations: { tolerated: "F1" },
  });
  assert.equal(validate([rule("F1", BOOM)], update(object)).allowed, true);
  assert.equal(validate([rule("F1", [])], update(object), { synced: false }).allowed, true);
  assert.equal(validate([rule("F1", [])], { ...update(object), ...jobs }).allowed, true);
  assert.equal(validate([rule("F1", [violation("a")])], update(kustomization({ path: "./y" }))).allowed, false);
});

test("asks in platform namespaces only the rules that hold everywhere", () => {
  const field = rule("F1", [violation("a")]);
  const everywhere = rule("F2", [violation("b")], { everywhere: true });
  const inPlatform = { namespace: "flux-system" };
  assert.deepEqual(validate([field], inPlatform, { synced: false }), ALLOWED);
  assert.deepEqual(validate([field, everywhere], inPlatform).denial?.rules, ["F2"]);
  assert.deepEqual(validate([field, everywhere]).denial?.rules, ["F1", "F2"]);
});

test("lets platform admins pass, with a warning for each finding and a record", () => {
  const members = [rule("F1", [violation("a")]), rule("F2", [violation("b")])];
  const verdict = validate(members, { user: ADMIN_USER });
  assert.equal(verdict.allowed, true);
  assert.deepEqual(
    verdict.warnings.map((text) => text.slice(0, 13)),
    ["exempt: F1 a ", "exempt: F2 b "],
  );
  assert.deepEqual([verdict.auditAnnotations, verdict.exempt], [{ exempt: "F1,F2" }, ["F1", "F2"]]);
  assert.deepEqual(validate([rule("F1", [])], { user: ADMIN_USER }), ALLOWED);
  assert.equal(validate([rule("F1", BOOM)], { user: ADMIN_USER }).allowed, true);
});

test("makes a warning of a violation that is only worth one", () => {
  const mild = rule("F1", [{ ...violation("a"), isWarning: true }]);
  const verdict = validate([mild]);
  assert.equal(verdict.allowed, true);
  assert.match(verdict.warnings[0] ?? "", /^F1 a is "x"/);
  assert.deepEqual(verdict.auditAnnotations, { warned: "F1" });
  const both = validate([mild, rule("F2", [violation("b")])]);
  assert.deepEqual(both.denial?.rules, ["F2"]);
  assert.deepEqual(both.auditAnnotations, { warned: "F1", "denied-by": "F2" });
  assert.equal(both.warnings.length, 1);
});

test("warns about a deprecated version of the API, allowed or denied, but not on a subresource", () => {
  const old = { resource: { group: KUSTOMIZATIONS.group, version: "v1beta2", resource: KUSTOMIZATIONS.resource } };
  const text = "kustomize.toolkit.fluxcd.io/v1beta2 Kustomization is deprecated; use kustomize.toolkit.fluxcd.io/v1";
  assert.deepEqual(validate([rule("F1", [])], old), { ...ALLOWED, warnings: [text] });
  assert.deepEqual(validate([rule("F1", [violation("a")])], old).warnings, [text]);
  assert.deepEqual(validate([rule("F1", [])], { ...old, subResource: "status" }), ALLOWED);
});

test("gives the same answer to a dry run", () => {
  const members = [rule("F1", [violation("a")])];
  assert.deepEqual(validate(members, { dryRun: true }), validate(members));
});

test("lets pass with a warning and a record what the policy only warns of, and counts it by rule", () => {
  const members = [rule("F1", [violation("a"), violation("b")]), rule("F2", [violation("c")])];
  const verdict = validate(members, {}, { policy: { warnOnly: [{}] } });
  assert.equal(verdict.allowed, true);
  assert.deepEqual(
    verdict.warnings.map((text) => text.slice(0, 22)),
    ["would be denied: F1 a ", "would be denied: F1 b ", "would be denied: F2 c "],
  );
  assert.deepEqual(verdict.auditAnnotations, { "would-deny": "F1,F2" });
  assert.deepEqual(verdict.wouldDeny, ["F1", "F2"]);
  assert.equal(Object.hasOwn(validate([rule("F1", [])]), "wouldDeny"), false);
});

test("lets pass with a warning and a record what is excepted", () => {
  const exceptions = [
    { namespace: "tenant-a", kind: "Kustomization", name: "app", field: "a", value: "x", expiry: 7000 },
  ];
  const members = [rule("F1", [violation("a")])];
  const at = (time: number): Verdict =>
    createValidator({ ...deps(members, { policy: { exceptions } }), time: () => time })(
      kustomizationRequest(kustomization()),
    );
  const verdict = at(6999);
  assert.equal(verdict.allowed, true);
  assert.match(verdict.warnings[0] ?? "", /^excepted: F1 a is "x"/);
  assert.deepEqual([verdict.auditAnnotations, verdict.excepted], [{ excepted: "F1" }, ["F1"]]);
  assert.equal(at(7000).allowed, false);
});

test("tells deprecation first, then warnings, what would be denied, what is excepted, and what is exempt", () => {
  const old = { resource: { group: KUSTOMIZATIONS.group, version: "v1beta2", resource: KUSTOMIZATIONS.resource } };
  const exceptions = [{ namespace: "tenant-a", kind: "Kustomization", name: "app", field: "e", value: "x" }];
  const members = [
    rule("F1", [violation("a")]),
    rule("F2", [violation("e")]),
    rule("F3", [violation("w")]),
    rule("F4", [{ ...violation("m"), isWarning: true }]),
  ];
  const policy = { exceptions, warnOnly: [{ rules: new Set(["F3"]) }] };
  const { warnings, auditAnnotations } = validate(members, { ...old, user: ADMIN_USER }, { policy });
  const starts = ["kustomize.toolkit", "F4 m", "would be denied: F3 w", "excepted: F2 e", "exempt: F1 a"];
  assert.equal(warnings.length, starts.length);
  for (const [index, start] of starts.entries()) assert.ok(warnings[index]?.startsWith(start), warnings[index]);
  assert.deepEqual(auditAnnotations, { warned: "F4", "would-deny": "F3", excepted: "F2", exempt: "F1" });
});

const labels = (name: string, key: string, value: string): Mutation => ({
  name,
  mutate: ({ object = {} }) => ({
    patch: new PatchBuilder(object).set(["metadata", "labels", key], value).operations,
    warnings: [`${key} set`],
  }),
});
const broken = (name: string): Mutation => ({
  name,
  mutate: () => {
    throw BOOM;
  },
});
const mutate = (members: Mutation[], overrides: Partial<AdmissionRequest> = {}, extra: Extra = {}): Verdict =>
  createMutator(deps(members, extra))(deepFrozen(kustomizationRequest(kustomization(), overrides)));

test("lets each mutation see what the earlier ones made of the object, and joins patches and warnings", () => {
  const verdict = mutate([labels("one", "a", "1"), labels("two", "b", "2")]);
  assert.deepEqual(verdict, {
    allowed: true,
    patch: [
      { op: "add", path: "/metadata/labels", value: { a: "1" } },
      { op: "add", path: "/metadata/labels/b", value: "2" },
    ],
    warnings: ["a set", "b set"],
    auditAnnotations: {},
  });
});

test("measures each mutation", () => {
  const observed: [string, number][] = [];
  mutate([labels("one", "a", "1"), broken("two")], {}, { observed });
  assert.deepEqual(observed, [
    ["one", 0.25],
    ["two", 0.25],
  ]);
});

test("denies when a mutation throws or its patch does not fit, without part of the patch and without internals", () => {
  const unfit: Mutation = {
    name: "unfit",
    mutate: () => ({ patch: [{ op: "remove", path: "/metadata/nothing" }], warnings: [] }),
  };
  for (const member of [broken("unfit"), unfit]) {
    const errors: [string, unknown][] = [];
    const verdict = mutate([labels("one", "a", "1"), member], {}, { errors });
    assert.equal(verdict.allowed, false);
    assert.deepEqual(verdict.patch, []);
    assert.equal(verdict.denial?.code, 500);
    assert.equal(verdict.denial.message, "internal error in mutation unfit; request denied");
    assert.deepEqual(verdict.auditAnnotations, { "denied-by": "unfit" });
    assert.deepEqual(
      errors.map(([name]) => name),
      ["unfit"],
    );
  }
});

test("lets an update that changes nothing that matters pass even when a mutation throws", () => {
  assert.deepEqual(mutate([broken("one")], update(kustomization({}, { finalizers: [] }))), ALLOWED);
  assert.equal(mutate([broken("one")], update(kustomization({ path: "./y" }))).allowed, false);
});

test("asks no mutation about a DELETE, or a request without object", () => {
  assert.deepEqual(mutate([broken("one")], { operation: "DELETE" }), ALLOWED);
  const { object: _, ...without } = kustomizationRequest({});
  assert.deepEqual(createMutator(deps([broken("one")], {}))(without), ALLOWED);
});

test("goes on mutating while the facts are not complete", () => {
  assert.equal(mutate([labels("one", "a", "1")], {}, { synced: false }).patch.length, 1);
});

test("measures with the process's own clock where none is given", () => {
  const observed: [string, number][] = [];
  const { now: _, ...options } = deps([rule("F1", [])], { observed });
  createValidator(options)(kustomizationRequest(kustomization()));
  assert.ok(observed[0]![1] >= 0 && observed[0]![1] < 60);
});
