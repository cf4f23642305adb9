import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Policy } from "../../../webhooks/policy.ts";
import { isAdmin, isInScope, isOwn, usedBy, variablesOf } from "../../../webhooks/second-wall/variables.ts";
import { testPolicy } from "../../helpers/admission.ts";
import { assertWhole } from "../../helpers/cel-text.ts";

const variable = (name: string, overrides: Partial<Policy> = {}): string => {
  const found = variablesOf(testPolicy(overrides)).find((one) => one.name === name);
  assert.ok(found, name);
  assertWhole(found.expression);
  return found.expression;
};

describe("variables of the second wall", () => {
  it("are whole, and ask only those before them", () => {
    const names: string[] = [];
    for (const { name, expression } of variablesOf(testPolicy())) {
      assertWhole(expression);
      for (const [, asked = ""] of expression.matchAll(/variables\.(\w+)/g))
        assert.ok(names.includes(asked), `${name} asks ${asked}`);
      names.push(name);
    }
  });

  it("are given only where they are asked, directly or not", () => {
    const names = (expression: string) => usedBy([expression], variablesOf(testPolicy())).map(({ name }) => name);
    assert.deepEqual(names("true"), []);
    assert.deepEqual(names("variables.accounts"), ["labels", "isTenants", "accounts"]);
    assert.deepEqual(names("variables.isTenantPrincipal"), [
      "username",
      "account",
      "isController",
      "isTenantPrincipal",
    ]);
  });

  it("take whose a namespace is from the policy where it declares that, else from the labels", () => {
    assert.match(variable("isTenants"), /^\["landlord\.dev\/tenant", "toolkit\.fluxcd\.io\/tenant"\]\.exists\(/);
    assert.equal(variable("isTenants", { tenants: new Map([["a", "t"]]) }), 'request.namespace in ["a"]');
  });

  it("let the first scope that fits choose the profile", () => {
    const profiles = [
      { namespaces: ["a"], profile: "baseline" },
      { namespaces: ["b"], profile: "strict" },
    ] as const;
    const expected = '(request.namespace in ["a"] ? false : (request.namespace in ["b"] ? true : false))';
    assert.equal(variable("strict", { profile: "baseline", profiles }), expected);
    assert.equal(variable("strict"), "true");
  });

  it("hold no account that could be none, and no project default", () => {
    assert.ok(!variable("accounts", { serviceAccounts: new Map([["a", ["x y", "ok"]]]) }).includes("x y"));
    assert.ok(!variable("projects", { allowedProjects: new Map([["a", ["default", "", "p"]]]) }).includes("default"));
  });

  it("hold names that try to break out as what they are", () => {
    const evil = '"]} || true || {"a": ["';
    assert.ok(variable("shards", { allowedShards: new Map([[evil, [evil]]]) }).includes('\\"]} || true'));
  });

  it("know admins by name and group; none where there are none", () => {
    const policy = testPolicy({ adminUsers: new Set(["root"]), adminGroups: new Set(["admins"]) });
    assert.match(isAdmin(policy) ?? "", /in \["root"\] \|\| .*exists\(g, g in \["admins"\]\)/);
    assert.equal(isAdmin(testPolicy({ adminUsers: new Set(), adminGroups: new Set() })), undefined);
  });

  it("take another namespace for the own one only where the policy joins them", () => {
    assert.equal(isOwn("x", testPolicy()), "x == request.namespace");
    const tenants = new Map([["a", "t"]]);
    assert.match(
      isOwn("x", testPolicy({ tenantNamespaceSets: true, tenants })),
      /\{"a": "t"\}\[\?x\] == \{"a": "t"\}\[\?request\.namespace\]/,
    );
    assert.match(isOwn("x", testPolicy({ tenantNamespaceSets: true })), /!\(x in \["", "flux-system"/);
  });

  it("find a scope by name and by labels; an empty one is everywhere", () => {
    assert.equal(isInScope({}), "true");
    assert.equal(isInScope({ namespaces: [] }), "request.namespace in []");
    assert.equal(
      isInScope({ namespaces: ["a"], matchLabels: new Map([["k", "v"]]) }),
      '(request.namespace in ["a"] && variables.labels[?"k"] == optional.of("v"))',
    );
  });
});
