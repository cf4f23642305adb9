import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTally, namespaceLabel, OTHER } from "../../../src/survey/tally.ts";
import type { Objection } from "../../../webhooks/denial.ts";
import type { Judgement } from "../../../webhooks/judge.ts";
import { testFacts, testPolicy } from "../../helpers/admission.ts";

const of = (...ids: string[]): Objection[] =>
  ids.map((id) => ({ id, violation: { field: "f", found: "x", allowed: "y", remedy: "z" } }));

function judgement(parts: Partial<Judgement>): Judgement {
  const nothing = { against: [], warned: [], wouldDeny: [], excepted: [], deprecation: undefined };
  return { outcome: "allowed", ...nothing, ...parts };
}

describe("createTally", () => {
  it("counts each object once for a rule, and keeps apart what denies, would deny and warns", () => {
    const tally = createTally();
    tally.judged("a", judgement({ against: of("K1", "K4", "K4"), wouldDeny: of("K2"), warned: of("K7b") }));
    tally.judged("a", judgement({ against: of("K4") }));
    tally.judged("b", judgement({ excepted: of("K4") }));
    assert.equal(tally.objects(), 3);
    assert.deepEqual(
      [...tally.counts()],
      [
        { rule: "K1", namespace: "a", action: "deny", objects: 1 },
        { rule: "K4", namespace: "a", action: "deny", objects: 2 },
        { rule: "K2", namespace: "a", action: "would-deny", objects: 1 },
        { rule: "K7b", namespace: "a", action: "warn", objects: 1 },
      ],
    );
  });

  it("tells namespaces apart only as long as there is room, and loses no object", () => {
    const tally = createTally(3);
    for (let index = 0; index < 10; index++) tally.judged(`n${index}`, judgement({ against: of("K1") }));
    tally.judged("n0", judgement({ against: of("K1") }));
    const counts = [...tally.counts()];
    assert.deepEqual(
      counts.map(({ namespace, objects }) => [namespace, objects]),
      [
        ["n0", 2],
        ["n1", 1],
        ["n2", 1],
        [OTHER, 7],
      ],
    );
  });
});

describe("namespaceLabel", () => {
  it("names tenants' and platform namespaces, and puts all others together", () => {
    const label = (name: string, policy = {}) => namespaceLabel(name, testFacts(), testPolicy(policy));
    assert.deepEqual(
      ["tenant-a", "flux-system", "", "plain", "missing"].map((name) => label(name)),
      ["tenant-a", "flux-system", "", OTHER, OTHER],
    );
    assert.equal(label("plain", { tenants: new Map([["plain", "p"]]) }), "plain");
  });
});
