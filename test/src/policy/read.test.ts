import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { parse } from "yaml";
import { faultText, readPolicy } from "../../../src/policy/read.ts";
import { rules } from "../../../webhooks/validating/index.ts";
import { policyBase, policyText } from "../../helpers/policy.ts";

const read = (text: string) => readPolicy(text, policyBase());
const faultsOf = (text: string): string[] => {
  const result = read(text);
  return "faults" in result ? result.faults.map(faultText) : [];
};
const EXAMPLE = readFileSync("manifests/examples/confinement-policy.yaml", "utf8");

describe("readPolicy", () => {
  it("reads a document without spec, and one with a name", () => {
    const head = "apiVersion: landlord.dev/v1alpha1\nkind: ConfinementPolicy\n";
    for (const text of [head, `${head}metadata: {name: mine}\n`, `${head}spec: {}\n`])
      assert.deepEqual(faultsOf(text), []);
  });

  const wrong: [string, string, RegExp][] = [
    ["nothing", "", /^line 1, column 1: the policy is null: must be a map: apiVersion/],
    ["a list", "[]", /the policy is a list/],
    [
      "another version",
      "apiVersion: landlord.dev/v2\nkind: ConfinementPolicy",
      /^line 1, column 13: apiVersion is "landlord.dev\/v2": must be landlord.dev\/v1alpha1$/,
    ],
    ["another kind", "apiVersion: landlord.dev/v1alpha1\nkind: ConfigMap", /kind is "ConfigMap"/],
    [
      "labels",
      "apiVersion: landlord.dev/v1alpha1\nkind: ConfinementPolicy\nmetadata: {labels: {}}",
      /metadata\.labels is unknown/,
    ],
    [
      "a spec of nothing",
      "apiVersion: landlord.dev/v1alpha1\nkind: ConfinementPolicy\nspec:",
      /spec is null: must be a map/,
    ],
  ];
  for (const [what, text, expected] of wrong) {
    it(`refuses ${what}`, () => assert.match(faultsOf(text)[0] ?? "", expected));
  }

  it("tells faults of the text and of the values at once", () => {
    const faults = faultsOf(policyText("profile: a\nprofile: b\n1: x\ntenants: []"));
    assert.deepEqual(
      faults.map((line) => /^line (\d+)/.exec(line)?.[1]),
      ["4", "5", "6", "7"],
    );
  });

  it("has no faults to find in the example and its ConfigMap, which are the same policy", () => {
    const base = policyBase({ ruleIds: new Set(rules.map(({ id }) => id)) });
    const result = readPolicy(EXAMPLE, base);
    assert.deepEqual("faults" in result ? result.faults.map(faultText) : [], []);
    const object = parse(readFileSync("manifests/examples/confinement-policy-config-map.yaml", "utf8"));
    assert.deepEqual(Object.keys(object.data), ["policy.yaml"]);
    assert.equal(object.data["policy.yaml"], EXAMPLE);
    assert.ok(readFileSync("docs/reference/policy.md", "utf8").includes(`\`\`\`yaml\n${EXAMPLE}\`\`\`\n`));
  });

  it("never throws, and finds a policy or a fault with a place", () => {
    const keys = fc.constantFrom(
      "profile",
      "profiles",
      "tenants",
      "exceptions",
      "warnOnly",
      "allowedRepos",
      "defaulting",
      "protectedKeys",
      "resourceSets",
      "x",
      "constructor",
      "__proto__",
    );
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom("strict", "a b", "https://a.b/c"),
      fc.dictionary(keys, fc.jsonValue({ maxDepth: 2 })),
      fc.array(fc.dictionary(keys, fc.string())),
    );
    const specs = fc.array(fc.tuple(keys, values), { maxLength: 6 });
    const text = fc.oneof(
      fc.string(),
      specs.map((entries) => policyText(entries.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join("\n"))),
      fc.jsonValue().map((value) => JSON.stringify(value)),
    );
    let read_ = 0;
    fc.assert(
      fc.property(text, (given) => {
        const result = read(given);
        if ("policy" in result) read_++;
        else {
          assert.ok(result.faults.length > 0);
          for (const { line, column, ...rest } of result.faults) {
            assert.ok(line >= 1 && column >= 1);
            for (const word of Object.values(rest)) assert.doesNotMatch(word, /\p{Cc}/u);
          }
        }
      }),
      { numRuns: 2_000 },
    );
    assert.ok(read_ > 0);
  });
});
