import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy, Scope } from "../../webhooks/policy.ts";
import { isStrict, isWarnOnly, profileOf } from "../../webhooks/scope.ts";
import { testFacts, testPolicy } from "../helpers/admission.ts";

const facts = testFacts();
const TRIAL = new Map([["landlord.dev/tier", "trial"]]);
const strictAt = (namespace: string, policy: Partial<Policy>): boolean =>
  isStrict(namespace, facts, testPolicy(policy));
const fits = (namespace: string, scope: Scope): boolean =>
  !strictAt(namespace, { profiles: [{ ...scope, profile: "baseline" }] });

test("takes the policy's profile where no other fits", () => {
  assert.equal(profileOf("tenant-a", facts, testPolicy()), "strict");
  assert.equal(profileOf("tenant-a", facts, testPolicy({ profile: "baseline" })), "baseline");
  assert.equal(strictAt("tenant-a", { profile: "baseline" }), false);
});

test("takes the first profile whose scope fits", () => {
  const profiles = [
    { namespaces: ["tenant-b"], profile: "strict" },
    { profile: "baseline" },
    { namespaces: ["tenant-a"], profile: "strict" },
  ] as const;
  assert.equal(strictAt("tenant-b", { profiles, profile: "baseline" }), true);
  assert.equal(strictAt("tenant-a", { profiles }), false);
});

test("fits namespaces by name, byte for byte", () => {
  assert.equal(fits("tenant-a", { namespaces: ["tenant-b", "tenant-a"] }), true);
  for (const name of ["tenant-b", "Tenant-a", "tenant-a-too", "tenant", ""])
    assert.equal(fits(name, { namespaces: ["tenant-a"] }), false, name);
  assert.equal(fits("tenant-a", { namespaces: [] }), false);
});

test("fits namespaces by all of the labels", () => {
  assert.equal(fits("tenant-a-too", { matchLabels: TRIAL }), true);
  assert.equal(fits("tenant-a-too", { matchLabels: new Map([...TRIAL, ["other", "x"]]) }), false);
  assert.equal(fits("tenant-a-too", { matchLabels: new Map([["landlord.dev/tier", "paid"]]) }), false);
  assert.equal(fits("tenant-a", { matchLabels: TRIAL }), false);
  assert.equal(fits("unheard-of", { matchLabels: TRIAL }), false);
  assert.equal(fits("unheard-of", { matchLabels: new Map() }), true);
});

test("finds no inherited label", () => {
  const inherited = new Map([["constructor", String(Object)]]);
  assert.equal(fits("tenant-a-too", { matchLabels: inherited }), false);
});

test("wants both, the name and the labels, where a scope has both", () => {
  assert.equal(fits("tenant-a-too", { namespaces: ["tenant-a-too"], matchLabels: TRIAL }), true);
  assert.equal(fits("tenant-a-too", { namespaces: ["tenant-a"], matchLabels: TRIAL }), false);
  assert.equal(fits("tenant-a", { namespaces: ["tenant-a"], matchLabels: TRIAL }), false);
  assert.equal(fits("tenant-a", {}), true);
});

test("only warns where some entry has the rule, or all rules, and its scope fits", () => {
  const warns = (rule: string, namespace: string, ...warnOnly: Policy["warnOnly"]): boolean =>
    isWarnOnly(rule, namespace, facts, testPolicy({ warnOnly }));
  assert.equal(warns("K1", "tenant-a"), false);
  assert.equal(warns("K1", "tenant-a", {}), true);
  assert.equal(warns("K1", "tenant-a", { rules: new Set(["K1"]) }), true);
  assert.equal(warns("K1", "tenant-a", { rules: new Set(["K2", "k1", "K11"]) }), false);
  assert.equal(warns("K1", "tenant-a", { rules: new Set() }), false);
  assert.equal(warns("K1", "tenant-a", { rules: new Set(["K1"]), namespaces: ["tenant-b"] }), false);
  assert.equal(
    warns("K1", "tenant-a", { rules: new Set(["K1"]), namespaces: ["tenant-b"] }, { namespaces: ["tenant-a"] }),
    true,
  );
  assert.equal(warns("K1", "tenant-a-too", { matchLabels: TRIAL }), true);
  assert.equal(warns("K1", "tenant-a", { matchLabels: TRIAL }), false);
});
