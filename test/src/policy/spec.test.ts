import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { specSchema } from "../../../src/policy/spec.ts";
import { allowedServiceAccounts } from "../../../webhooks/policy.ts";
import { faultsWith, policyWith } from "../../helpers/policy.ts";

const SCHEMA = specSchema({ ruleIds: new Set(["K1"]), isProtected: () => true });

describe("the policy's spec", () => {
  it("has one row in docs/reference/policy.md for every key, in order", () => {
    const documented = readFileSync("docs/reference/policy.md", "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `") && !line.startsWith("| `LANDLORD_"));
    const expected = Object.entries(SCHEMA.shape).map(
      ([key, schema]) => `| \`${key}\` | ${schema.meta()?.description} |`,
    );
    assert.deepEqual(documented, expected);
  });

  it("may leave out every key, and says of each what its default is", () => {
    assert.deepEqual(faultsWith({}), []);
    for (const [key, schema] of Object.entries(SCHEMA.shape))
      assert.match(schema.meta()?.description ?? "", /Default: /, key);
  });

  it("reads every kind of value into what rules ask for", () => {
    const policy = policyWith({
      profiles: [{ profile: "baseline", namespaces: ["team-a"], matchLabels: { "example.com/owner": "x" } }],
      tenants: { constructor: "c" },
      exceptions: [
        {
          namespace: "team-a",
          kind: "Kustomization",
          name: "app",
          field: "spec.x",
          value: { a: [1] },
          expiry: "2026-01-01T00:00:00Z",
        },
        { namespace: "team-a", kind: "Kustomization", name: "app", field: "spec.y" },
      ],
      warnOnly: [{ rules: ["K1", "unknown-namespace"] }, { namespaces: ["team-b"] }, {}],
      allowedServiceAccounts: { "team-a": ["one", "two"] },
      allowedSourceUrls: ["https://*.example.com/"],
      applicationSets: { enabled: true },
      defaulting: { targetNamespace: true },
    });
    assert.deepEqual(policy.profiles, [
      { profile: "baseline", namespaces: ["team-a"], matchLabels: new Map([["example.com/owner", "x"]]) },
    ]);
    assert.deepEqual(policy.tenants, new Map([["constructor", "c"]]));
    const about = { namespace: "team-a", kind: "Kustomization", name: "app" };
    assert.deepEqual(policy.exceptions, [
      { ...about, field: "spec.x", value: { a: [1] }, expiry: Date.UTC(2026, 0, 1) },
      { ...about, field: "spec.y", value: undefined },
    ]);
    assert.deepEqual(policy.warnOnly, [
      { rules: new Set(["K1", "unknown-namespace"]) },
      { namespaces: ["team-b"] },
      {},
    ]);
    assert.deepEqual(allowedServiceAccounts(policy, "team-a"), ["one", "two"]);
    assert.deepEqual(allowedServiceAccounts(policy, "constructor"), []);
    assert.equal(policy.allowedSourceUrls?.[0]?.host, "example.com");
    assert.deepEqual(policy.applicationSets, { enabled: true, generators: [] });
    assert.deepEqual(policy.defaulting, { serviceAccountName: false, targetNamespace: true });
  });

  it("takes null where the policy knows it", () => {
    const policy = policyWith({ tenants: null, allowedServiceAccounts: null, allowedSourceUrls: null });
    assert.deepEqual([policy.tenants, policy.serviceAccounts, policy.allowedSourceUrls], [null, null, null]);
    assert.deepEqual(policyWith({ allowedSourceUrls: [] }).allowedSourceUrls, []);
  });

  const wrong: [string, unknown, RegExp][] = [
    ["another key", { profil: "strict" }, /^spec\.profil: did you mean profile\?$/],
    ["null for a list", { exceptions: null }, /^spec\.exceptions: must be a list/],
    ["text for a list", { adminGroups: "me" }, /^spec\.adminGroups: must be a list/],
    [
      "a rule that there is not",
      { warnOnly: [{ rules: ["K99"] }] },
      /^spec\.warnOnly\[0\]\.rules\[0\]: must be the id of a rule/,
    ],
    [
      "an exception from no rule",
      { exceptions: [{ namespace: "a", kind: "A", name: "a", field: "f", rule: "unknown-namespace" }] },
      /rule: must be the id/,
    ],
    ["an empty list of rules", { warnOnly: [{ rules: [] }] }, /rules: must have at least one entry/],
    [
      "an empty list of namespaces",
      { profiles: [{ profile: "strict", namespaces: [] }] },
      /namespaces: must have at least one/,
    ],
    ["no labels at all", { profiles: [{ profile: "strict", matchLabels: {} }] }, /matchLabels: must have at least one/],
    [
      "a label that tenants may change",
      { warnOnly: [{ matchLabels: { team: "a" } }] },
      /^spec\.warnOnly\[0\]\.matchLabels\.team: must be a label that tenants cannot change/,
    ],
    [
      "admins that everybody is among",
      { adminGroups: ["admins", "system:authenticated"] },
      /^spec\.adminGroups\[1\]: must be the platform's own/,
    ],
    [
      "an admin that anybody is",
      { adminUsers: ["system:anonymous"] },
      /^spec\.adminUsers\[0\]: must be the platform's own/,
    ],
    ["a namespace with a wildcard", { platformNamespaces: ["team-*"] }, /must be a namespace's name/],
    ["a host with two stars", { allowedRepos: ["https://*.*.example.com/"] }, /^spec\.allowedRepos\[0\]: /],
    ["an unknown generator", { applicationSets: { generators: ["lists"] } }, /generators\[0\]: must be one of list/],
    ["text for a flag", { defaulting: { targetNamespace: "true" } }, /must be true or false/],
    ["nothing for a text", { defaultServiceAccount: null }, /^spec\.defaultServiceAccount: must be/],
  ];
  for (const [what, spec, expected] of wrong) {
    it(`refuses ${what}`, () => {
      const faults = faultsWith(spec);
      assert.equal(faults.length, 1, faults.join("\n"));
      assert.match(faults[0] ?? "", expected);
    });
  }

  it("asks for labels by the protected keys of the very same text", () => {
    const profiles = [{ profile: "baseline", matchLabels: { team: "a" } }];
    assert.deepEqual(faultsWith({ profiles, protectedKeys: ["team"] }), []);
    assert.deepEqual(
      faultsWith({ profiles: [{ profile: "baseline", matchLabels: { "landlord.dev/tier": "a" } }], protectedKeys: [] }),
      [],
    );
    const dropped = [{ profile: "baseline", matchLabels: { "pod-security.kubernetes.io/enforce": "a" } }];
    assert.deepEqual(faultsWith({ profiles: dropped }), []);
    assert.equal(faultsWith({ profiles: dropped, protectedKeys: ["team"] }).length, 1);
  });
});
