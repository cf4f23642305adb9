import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { Facts } from "../../webhooks/facts.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import { createJudge, type Judgement } from "../../webhooks/judge.ts";
import type { Exception, Policy } from "../../webhooks/policy.ts";
import { rules as allRules } from "../../webhooks/validating/index.ts";
import { ALERTS, KUSTOMIZATIONS } from "../../webhooks/validating/resource.ts";
import type { Rule, Violation } from "../../webhooks/validating/rule.ts";
import {
  ADMIN_USER,
  kustomization,
  kustomizationRequest,
  TENANT_USER,
  testFacts,
  testPolicy,
} from "../helpers/admission.ts";

const violation = (field: string, found: unknown = "x"): Violation => ({ field, found, allowed: "y", remedy: "z" });
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
const F1 = rule("F1", [violation("a")]);
const F2 = rule("F2", [violation("b")]);
const FINE = rule("F3", []);
const MILD = rule("F4", [{ ...violation("m"), isWarning: true }]);
const EVERYWHERE = rule("F5", [violation("e")], { everywhere: true });
const LASTING = rule("F6", [violation("l")], { judgesChange: true });
const BROKEN = rule("F7", new Error("hunter2"));

interface Asked {
  request?: Partial<AdmissionRequest>;
  policy?: Partial<Policy>;
  facts?: Facts;
  now?: number;
}
function judged(
  rules: readonly Rule[],
  { request = {}, policy = {}, facts = testFacts(), now = 1000 }: Asked = {},
): Judgement {
  const judge = createJudge({
    rules,
    facts,
    policy: () => testPolicy(policy),
    run: (_, check) => {
      try {
        return check();
      } catch {
        return undefined;
      }
    },
    time: () => now,
  });
  return judge(kustomizationRequest(kustomization(), request));
}
/** Outcome, then the ids in each list that holds any. */
function told(rules: readonly Rule[], asked: Asked = {}): unknown[] {
  const { outcome, against, warned, wouldDeny, excepted } = judged(rules, asked);
  const lists = Object.entries({ against, warned, wouldDeny, excepted }).filter(([, list]) => list.length > 0);
  return [outcome, Object.fromEntries(lists.map(([key, list]) => [key, list.map(({ id }) => id).join()]))];
}
const update = (object: JsonObject = kustomization({}, { finalizers: ["x"] })): Partial<AdmissionRequest> => ({
  operation: "UPDATE",
  object,
  oldObject: kustomization(),
});
const STATUS = { subResource: "status" };
const JOBS = { resource: { group: "batch", version: "v1", resource: "jobs" } };

test("allows what nothing stands against", () => {
  assert.deepEqual(judged([FINE]), {
    outcome: "allowed",
    against: [],
    warned: [],
    wouldDeny: [],
    excepted: [],
    deprecation: undefined,
  });
});

test("denies with all that rules find, and tells apart what they only warn of", () => {
  assert.deepEqual(told([F1, MILD, F2]), ["denied", { against: "F1,F2", warned: "F4" }]);
  assert.deepEqual(told([MILD]), ["allowed", { warned: "F4" }]);
});

test("denies what a rule that throws was asked about, and says no more", () => {
  const { outcome, against } = judged([BROKEN, F1]);
  assert.equal(outcome, "denied");
  assert.deepEqual(against[0], { id: "F7", code: 500, text: "internal error in rule F7; request denied" });
  assert.equal(against.length, 2);
});

test("is never in the way of a DELETE", () => {
  for (const request of [{}, JOBS, STATUS, { namespace: "plain" }]) {
    const asked = { request: { ...request, operation: "DELETE" as const }, facts: testFacts({ synced: false }) };
    assert.deepEqual(told([F1, BROKEN, LASTING], asked), ["allowed", {}]);
  }
});

test("denies as long as the facts are not complete, wherever rules are asked", () => {
  const facts = testFacts({ synced: false });
  assert.deepEqual(told([FINE, MILD], { facts }), ["denied", { against: "not-synced" }]);
  assert.deepEqual(told([FINE], { facts, policy: { warnOnly: [{}] } }), ["denied", { against: "not-synced" }]);
  assert.deepEqual(told([FINE], { facts, request: { namespace: "flux-system" } }), ["allowed", {}]);
  assert.deepEqual(told([EVERYWHERE], { facts, request: { namespace: "flux-system" } }), [
    "denied",
    { against: "not-synced" },
  ]);
  assert.deepEqual(told([FINE], { facts, request: STATUS }), ["allowed", {}]);
});

test("asks in platform namespaces only the rules that hold everywhere", () => {
  const request = { namespace: "flux-system" };
  assert.deepEqual(told([F1], { request }), ["allowed", {}]);
  assert.deepEqual(told([F1, EVERYWHERE], { request }), ["denied", { against: "F5" }]);
  assert.deepEqual(told([F1], { request: { namespace: "flux-system-too" } }), ["denied", { against: "F1" }]);
});

test("denies resources that no rule is about, or allows them where the policy says so", () => {
  assert.deepEqual(told([FINE], { request: JOBS }), ["denied", { against: "unknown-resource" }]);
  assert.deepEqual(told([F1], { request: JOBS, policy: { unknownResources: "allow" } }), ["allowed", {}]);
  assert.deepEqual(told([F1], { request: JOBS, policy: { warnOnly: [{}] } }), [
    "denied",
    { against: "unknown-resource" },
  ]);
  assert.deepEqual(told([F1], { request: { ...JOBS, user: ADMIN_USER } }), ["exempt", { against: "unknown-resource" }]);
  assert.deepEqual(told([FINE], { request: { subResource: "scale" } }), ["denied", { against: "unknown-resource" }]);
});

test("names the unknown resource", () => {
  const text = (request: Partial<AdmissionRequest>): unknown => {
    const [objection] = judged([FINE], { request }).against;
    return objection !== undefined && "text" in objection && objection.text.split(";")[0];
  };
  assert.equal(text(JOBS), "no rule is about jobs.batch");
  assert.equal(
    text({ resource: { group: "", version: "v1", resource: "pods" }, subResource: "exec" }),
    "no rule is about pods/exec",
  );
});

for (const namespace of ["plain", "unheard-of", "toString", "__proto__", ""]) {
  test(`denies in ${namespace || "no namespace"}, which is nobody's, what no field is wrong with`, () => {
    const request = { namespace };
    assert.deepEqual(told([FINE], { request }), ["denied", { against: "unknown-namespace" }]);
    assert.deepEqual(told([MILD], { request }), ["denied", { against: "unknown-namespace", warned: "F4" }]);
    assert.deepEqual(told([F1], { request }), ["denied", { against: "F1" }]);
  });
}

test("denies in a namespace that is nobody's although the policy lets pass what is wrong with the fields", () => {
  const request = { namespace: "plain" };
  const warnOnly = [{ rules: new Set(["F1"]) }];
  assert.deepEqual(told([F1], { request, policy: { warnOnly } }), [
    "denied",
    { against: "unknown-namespace", wouldDeny: "F1" },
  ]);
  const exceptions = [{ namespace: "plain", kind: "Kustomization", name: "app", field: "a", value: "x" }];
  assert.deepEqual(told([F1], { request, policy: { exceptions } }), [
    "denied",
    { against: "unknown-namespace", excepted: "F1" },
  ]);
});

test("only warns in a namespace that is nobody's where the policy says so", () => {
  const request = { namespace: "plain" };
  assert.deepEqual(told([FINE], { request, policy: { warnOnly: [{}] } }), [
    "allowed",
    { wouldDeny: "unknown-namespace" },
  ]);
  assert.deepEqual(told([FINE], { request, policy: { warnOnly: [{ rules: new Set(["unknown-namespace"]) }] } }), [
    "allowed",
    { wouldDeny: "unknown-namespace" },
  ]);
});

test("says which namespace is nobody's", () => {
  const [objection] = judged([FINE], { request: { namespace: "plain" } }).against;
  assert.match(
    objection !== undefined && "text" in objection ? objection.text : "",
    /^namespace "plain" is neither a tenant's nor the platform's;/,
  );
});

test("admits nothing new to a namespace that is being deleted, and lets what is there be changed", () => {
  const request = { namespace: "tenant-gone" };
  assert.deepEqual(told([FINE], { request }), ["denied", { against: "terminating-namespace" }]);
  assert.deepEqual(told([FINE], { request: { ...update(kustomization({ path: "./y" })), ...request } }), [
    "allowed",
    {},
  ]);
  assert.deepEqual(told([F1], { request, policy: { warnOnly: [{ rules: new Set(["F1"]) }] } }), [
    "denied",
    { against: "terminating-namespace", wouldDeny: "F1" },
  ]);
  assert.deepEqual(told([FINE], { request, policy: { warnOnly: [{}] } }), [
    "allowed",
    { wouldDeny: "terminating-namespace" },
  ]);
  assert.deepEqual(told([FINE], { policy: { tenantsBeingDeleted: new Set(["tenant-a"]) } }), [
    "denied",
    { against: "terminating-namespace" },
  ]);
  assert.deepEqual(told([FINE], { request: { namespace: "tenant-gone", ...STATUS } }), ["allowed", {}]);
});

test("believes the policy about whose a namespace is", () => {
  const tenants = new Map([["plain", "p"]]);
  assert.deepEqual(told([FINE], { request: { namespace: "plain" }, policy: { tenants } }), ["allowed", {}]);
  assert.deepEqual(told([FINE], { policy: { tenants } }), ["denied", { against: "unknown-namespace" }]);
  const seen: unknown[] = [];
  const asks = rule("F1", [], { check: (_, facts) => (seen.push(facts.namespace("plain")?.tenant), []) });
  judged([asks], { policy: { tenants } });
  assert.deepEqual(seen, ["p"]);
});

test("judges neither place nor shape where rules are not about the fields of a namespace's object", () => {
  const quiet = rule("F1", [], { everywhere: true });
  for (const request of [{ namespace: "plain" }, { namespace: "" }, { object: { spec: 1 } }])
    assert.deepEqual(told([quiet], { request }), ["allowed", {}]);
  assert.deepEqual(told([quiet, FINE], { request: { namespace: "plain" } }), [
    "denied",
    { against: "unknown-namespace" },
  ]);
  const onStatus = rule("F1", [], { subResources: ["status"] });
  assert.deepEqual(told([onStatus], { request: { namespace: "plain", ...STATUS } }), ["allowed", {}]);
});

test("denies what is no object that a rule could read, if no rule does", () => {
  const fields = (object: unknown, rules = [FINE]): unknown[] =>
    judged(rules, { request: { object: object as JsonObject } }).against.map((objection) => [
      objection.id,
      "violation" in objection && objection.violation.field,
    ]);
  for (const wrong of ["x", "", 0, 1, false, true, [], [{}]]) {
    assert.deepEqual(fields({ metadata: {}, spec: wrong }), [["malformed-object", "spec"]]);
    assert.deepEqual(fields({ metadata: wrong, spec: {} }), [["malformed-object", "metadata"]]);
  }
  assert.deepEqual(fields({ metadata: 1, spec: 1 }), [
    ["malformed-object", "metadata"],
    ["malformed-object", "spec"],
  ]);
  assert.deepEqual(fields({ metadata: 1, spec: 1 }, [F1]), [["F1", "a"]]);
  for (const fine of [{}, { metadata: null, spec: null }, { metadata: {}, spec: {} }])
    assert.deepEqual(fields(fine), []);
});

test("denies a request without object", () => {
  const { object: _, ...without } = kustomizationRequest({});
  const judge = createJudge({
    rules: [FINE],
    facts: testFacts(),
    policy: () => testPolicy(),
    run: (__, check) => check(),
  });
  const { outcome, against } = judge(without);
  assert.equal(outcome, "denied");
  const remedy = "give it an object, or leave it out";
  assert.deepEqual(against, [
    { id: "malformed-object", violation: { field: "object", found: undefined, allowed: "an object", remedy } },
  ]);
});

test("tolerates an update that changes nothing that is judged, whatever stands against it", () => {
  assert.deepEqual(told([F1, F2, MILD], { request: update() }), ["tolerated", { against: "F1,F2", warned: "F4" }]);
  assert.deepEqual(told([BROKEN], { request: update() }), ["tolerated", { against: "F7" }]);
  assert.deepEqual(told([FINE], { request: update(), facts: testFacts({ synced: false }) }), [
    "tolerated",
    { against: "not-synced" },
  ]);
  assert.deepEqual(told([FINE], { request: { ...update(), ...JOBS } }), ["tolerated", { against: "unknown-resource" }]);
  assert.deepEqual(told([FINE], { request: { ...update(), namespace: "plain" } }), [
    "tolerated",
    { against: "unknown-namespace" },
  ]);
  assert.deepEqual(told([FINE], { request: update() }), ["allowed", {}]);
  assert.deepEqual(told([F1], { request: update(kustomization({ path: "./y" })) }), ["denied", { against: "F1" }]);
  assert.deepEqual(told([F1], { request: { ...update(), user: ADMIN_USER } }), ["tolerated", { against: "F1" }]);
});

test("does not tolerate what is against the change itself", () => {
  assert.deepEqual(told([LASTING], { request: update() }), ["denied", { against: "F6" }]);
  assert.deepEqual(told([F1, LASTING], { request: update() }), ["denied", { against: "F1,F6" }]);
  assert.deepEqual(told([LASTING], { request: { ...update(), user: ADMIN_USER } }), ["exempt", { against: "F6" }]);
  const onStatus = rule("F6", [violation("status")], { judgesChange: true, subResources: ["status"] });
  assert.deepEqual(told([onStatus], { request: { ...update(), ...STATUS } }), ["denied", { against: "F6" }]);
});

test("lets platform admins pass, and tells what for", () => {
  for (const user of [ADMIN_USER, { username: "root@example.com", groups: [] }]) {
    assert.deepEqual(told([F1, MILD], { request: { user } }), ["exempt", { against: "F1", warned: "F4" }]);
    assert.deepEqual(told([BROKEN], { request: { user } }), ["exempt", { against: "F7" }]);
    assert.deepEqual(told([FINE], { request: { user, namespace: "plain" } }), [
      "exempt",
      { against: "unknown-namespace" },
    ]);
    assert.deepEqual(told([FINE], { request: { user } }), ["allowed", {}]);
  }
  assert.deepEqual(told([F1], { request: { user: { username: "platform-admins", groups: [] } } }), [
    "denied",
    { against: "F1" },
  ]);
});

test("exempts no controller and no ServiceAccount of the platform from the rules about a tenant's objects", () => {
  for (const name of [
    "flux-system:kustomize-controller",
    "flux-system:source-controller",
    "kube-system:x",
    "landlord:landlord",
  ]) {
    assert.deepEqual(
      told([F1], { request: { user: { username: `system:serviceaccount:${name}`, groups: [] } } }),
      ["denied", { against: "F1" }],
      name,
    );
  }
});

test("only warns where the policy says so, by rule and by scope", () => {
  const warnOnly = [
    { rules: new Set(["F1"]), namespaces: ["tenant-a"] },
    { matchLabels: new Map([["landlord.dev/tier", "trial"]]) },
  ];
  assert.deepEqual(told([F1, F2], { policy: { warnOnly } }), ["denied", { against: "F2", wouldDeny: "F1" }]);
  assert.deepEqual(told([F1], { policy: { warnOnly } }), ["allowed", { wouldDeny: "F1" }]);
  assert.deepEqual(told([F1], { policy: { warnOnly }, request: { namespace: "tenant-b" } }), [
    "denied",
    { against: "F1" },
  ]);
  assert.deepEqual(told([F1, F2], { policy: { warnOnly }, request: { namespace: "tenant-a-too" } }), [
    "allowed",
    { wouldDeny: "F1,F2" },
  ]);
});

test("does not make a warning of what went wrong in here", () => {
  assert.deepEqual(told([BROKEN, F1], { policy: { warnOnly: [{}] } }), ["denied", { against: "F7", wouldDeny: "F1" }]);
});

const EXCEPTION: Exception = { namespace: "tenant-a", kind: "Kustomization", name: "app", field: "a", value: "x" };
const ALL = ["allowed", { excepted: "F1" }];
const NONE = ["denied", { against: "F1" }];
const EXCEPTIONS: [string, Partial<Exception> & { value?: unknown }, unknown[]][] = [
  ["lets pass the very value of the very field of the very object", {}, ALL],
  ["is not about another value", { value: "X" }, NONE],
  ["is not about any value, where it says none", { value: undefined }, NONE],
  ["is not about any value, where it says null", { value: null }, NONE],
  ["is not about another field", { field: "b" }, NONE],
  ["is not about a field that begins so", { field: "a.b" }, NONE],
  ["is not about another name", { name: "app2" }, NONE],
  ["is not about another kind", { kind: "HelmRelease" }, NONE],
  ["is not about another namespace", { namespace: "tenant-b" }, NONE],
  ["is about the rule that it names", { rule: "F1" }, ALL],
  ["is not about another rule", { rule: "F2" }, NONE],
  ["holds until it expires", { expiry: 1001 }, ALL],
  ["holds no longer when it expires", { expiry: 1000 }, NONE],
  ["holds no longer after it has expired", { expiry: 999 }, NONE],
];
for (const [what, parts, expected] of EXCEPTIONS) {
  test(`an exception ${what}`, () => {
    assert.deepEqual(
      told([F1], {
        policy: {
          exceptions: [
            { ...EXCEPTION, name: "other" },
            { ...EXCEPTION, ...parts },
          ],
        },
      }),
      expected,
    );
  });
}

test("an exception compares values in depth, and tells a text from a number", () => {
  const found = (value: unknown, exception: unknown): unknown =>
    judged([rule("F1", [violation("a", value)])], { policy: { exceptions: [{ ...EXCEPTION, value: exception }] } })
      .outcome;
  assert.equal(found({ b: [1, { c: null }] }, { b: [1, { c: null }] }), "allowed");
  assert.equal(found({ b: [1] }, { b: [1, 2] }), "denied");
  assert.equal(found({ b: 1 }, { b: 1, c: undefined }), "denied");
  assert.equal(found(1, "1"), "denied");
  assert.equal(found(null, "x"), "denied");
  assert.equal(found(null, undefined), "denied");
});

test("an exception of null is about a field that is null or missing, and about nothing else", () => {
  const found = (value: unknown): unknown => {
    const missing = rule("F1", [{ ...violation("a"), found: value }]);
    return judged([missing], { policy: { exceptions: [{ ...EXCEPTION, value: null }] } }).outcome;
  };
  assert.deepEqual([undefined, null].map(found), ["allowed", "allowed"]);
  assert.deepEqual(
    ["", 0, false, "null", [], {}].map(found),
    Array.from({ length: 6 }, () => "denied"),
  );
});

test("an exception leaves the other violations as they are, also of the same rule", () => {
  const both = rule("F1", [violation("a"), violation("c")]);
  const { outcome, against, excepted } = judged([both, F2], { policy: { exceptions: [EXCEPTION] } });
  assert.deepEqual([outcome, against.length, excepted.length], ["denied", 2, 1]);
});

test("an exception is about objects with a name", () => {
  const exceptions = [{ ...EXCEPTION, name: "" }];
  assert.deepEqual(told([F1], { request: { name: "" }, policy: { exceptions } }), NONE);
});

test("an exception is about fields, not about faults", () => {
  const exceptions = [{ ...EXCEPTION, namespace: "plain", field: "", value: undefined }];
  assert.deepEqual(told([FINE], { request: { namespace: "plain" }, policy: { exceptions } }), [
    "denied",
    { against: "unknown-namespace" },
  ]);
});

test("an exception counts before the policy's warnings", () => {
  assert.deepEqual(told([F1], { policy: { exceptions: [EXCEPTION], warnOnly: [{}] } }), ALL);
  assert.deepEqual(
    told([rule("F1", [{ ...violation("a"), isWarning: true }])], { policy: { exceptions: [EXCEPTION] } }),
    ["allowed", { warned: "F1" }],
  );
});

test("reads the time of day where none is given", () => {
  const judge = (expiry: number): string =>
    createJudge({
      rules: [F1],
      facts: testFacts(),
      policy: () => testPolicy({ exceptions: [{ ...EXCEPTION, expiry }] }),
      run: (_, check) => check(),
    })(kustomizationRequest(kustomization())).outcome;
  assert.equal(judge(Date.now() + 60_000), "allowed");
  assert.equal(judge(Date.now() - 60_000), "denied");
});

test("says that an API version is deprecated, on the object alone", () => {
  const version = (given: string, request: Partial<AdmissionRequest> = {}): string | undefined => {
    const { group, resource } = KUSTOMIZATIONS;
    return judged([F1], { request: { resource: { group, resource, version: given }, ...request } }).deprecation;
  };
  assert.equal(
    version("v1beta2"),
    "kustomize.toolkit.fluxcd.io/v1beta2 Kustomization is deprecated; use kustomize.toolkit.fluxcd.io/v1",
  );
  for (const fine of ["v1", "v2", "v1beta"]) assert.equal(version(fine), undefined);
  assert.equal(version("v1beta2", STATUS), undefined);
  assert.equal(version("v1beta2", { operation: "DELETE" }), undefined);
});

test("asks for the policy anew each time", () => {
  let policy = testPolicy();
  const judge = createJudge({
    rules: [F1, rule("A1", [violation("x")], { resources: [ALERTS] })],
    facts: testFacts(),
    policy: () => policy,
    run: (_, check) => check(),
  });
  const request = kustomizationRequest(kustomization(), { user: TENANT_USER });
  assert.equal(judge(request).outcome, "denied");
  policy = testPolicy({ warnOnly: [{}] });
  assert.equal(judge(request).outcome, "allowed");
});

test("does not let patches pass unread where only the cap on them warns", () => {
  const patches = Array.from({ length: 101 }, () => ({
    target: { kind: "ConfigMap" },
    patch: "- {op: replace, path: /kind, value: ClusterRole}\n",
  }));
  const outcome = (policy: Partial<Policy>): string => {
    const judge = createJudge({
      rules: allRules,
      facts: testFacts(),
      policy: () => testPolicy(policy),
      run: (_, check) => check(),
    });
    return judge(kustomizationRequest(kustomization({ patches }))).outcome;
  };
  assert.equal(outcome({}), "denied");
  assert.equal(outcome({ warnOnly: [{ rules: new Set(["K14"]) }] }), "denied");
  assert.equal(outcome({ warnOnly: [{ rules: new Set(["K14", "K7"]) }] }), "allowed");
  const about = { namespace: "tenant-a", kind: "Kustomization", name: "app", field: "spec.patches" };
  assert.equal(outcome({ exceptions: [{ ...about, value: "101 patches" }] }), "denied");
});
