import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsOf } from "../../../../src/cli/review/verdict.ts";
import type { Objection } from "../../../../webhooks/denial.ts";
import type { Judgement } from "../../../../webhooks/judge.ts";

const objection = (id: string, found: unknown = "x", field = "spec.a"): Objection => ({
  id,
  violation: { field, found, allowed: '"y"', remedy: "mend it" },
});
const NOTHING: Judgement = {
  outcome: "allowed",
  against: [],
  warned: [],
  wouldDeny: [],
  excepted: [],
  deprecation: undefined,
};

test("says of a denial what was found, what is allowed and what to do", () => {
  assert.deepEqual(findingsOf({ ...NOTHING, outcome: "denied", against: [objection("K1")] }), {
    allowed: false,
    outcome: "denied",
    violations: [
      {
        rule: "K1",
        field: "spec.a",
        found: '"x"',
        allowed: '"y"',
        message: 'K1 spec.a is "x"; allowed: "y"; mend it',
        remedy: "mend it",
      },
    ],
    warnings: [],
  });
});

test("warns of everything that does not deny, and says why it does not", () => {
  const lenient = findingsOf({
    ...NOTHING,
    warned: [objection("K7b")],
    wouldDeny: [objection("K6")],
    excepted: [objection("K3")],
    deprecation: "old",
  });
  assert.ok(lenient.allowed);
  assert.deepEqual(
    lenient.warnings.map(({ rule, why }) => [rule, why]),
    [
      ["K6", "would-deny"],
      ["K3", "excepted"],
      ["K7b", "warning"],
      ["deprecated-api", "deprecated"],
    ],
  );
  for (const outcome of ["tolerated", "exempt"] as const) {
    const { allowed, violations, warnings } = findingsOf({ ...NOTHING, outcome, against: [objection("K1")] });
    assert.deepEqual([allowed, violations, warnings.map(({ why }) => why)], [true, [], [outcome]]);
  }
});

test("has text alone for what is nobody's field", () => {
  const against: Objection[] = [{ id: "unknown-namespace", code: 403, text: "whose?" }];
  const [finding] = findingsOf({ ...NOTHING, outcome: "denied", against }).violations;
  assert.deepEqual(finding, {
    rule: "unknown-namespace",
    field: "",
    found: "",
    allowed: "",
    message: "whose?",
    remedy: "",
  });
});

test("shows no secret, and nothing at length", () => {
  const against = [objection("S", "hunter2", "stringData.password"), objection("L", "l".repeat(9999))];
  const text = JSON.stringify(findingsOf({ ...NOTHING, outcome: "denied", against }));
  assert.ok(!text.includes("hunter2"));
  assert.ok(text.length < 2_000);
});
