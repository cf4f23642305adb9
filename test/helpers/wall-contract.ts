// What every rule of the second wall must be: whole CEL that tells the fields and remedies of the webhook's rule, for all cases that rule denies.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Policy } from "../../webhooks/policy.ts";
import type { WallRule } from "../../webhooks/second-wall/wall-rule.ts";
import { testFacts, testPolicy } from "./admission.ts";
import { assertWhole, literalsIn } from "./cel-text.ts";
import { requestOf, type WallCase } from "./wall-cases.ts";
import { SUITES } from "./wall-suites.ts";

/** A test for each of the rules. */
export function wallContract(rules: readonly WallRule[]): void {
  for (const one of rules) {
    const { id, name } = one.rule;
    it(`${id} (${name}) is whole, and tells fields and remedies as the webhook does`, () => {
      let told = 0;
      for (const { policy: overrides, cases } of SUITES) {
        const policy = testPolicy(overrides);
        const findings = one.findings(policy);
        if (findings === undefined) continue;
        assertWhole(findings);
        for (const { field, remedy } of cases.flatMap((each) => violations(one, each, policy))) {
          const literals = literalsIn(findings);
          for (const part of field.split(/(?<=\[)[^\]]*(?=\])/)) {
            assert.ok(literals.includes(part), `${part} of ${field} is none of ${literals.join(" | ")}`);
          }
          assert.ok(literals.includes(remedy), `${remedy} is none of ${literals.join(" | ")}`);
          told++;
        }
      }
      assert.ok(told > 0, "no case denies");
    });
  }
}

function violations({ rule }: WallRule, one: WallCase, policy: Policy): { field: string; remedy: string }[] {
  const request = requestOf(one);
  const isAbout = rule.resources.some(({ resource }) => resource === request.resource.resource);
  if (!isAbout || !(rule.subResources ?? [""]).includes(request.subResource)) return [];
  return rule.check(request, testFacts(), policy).filter(({ isWarning }) => isWarning !== true);
}
