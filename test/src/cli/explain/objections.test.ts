import assert from "node:assert/strict";
import { test } from "node:test";
import { objectionDocs } from "../../../../src/cli/explain/objections.ts";
import type { AdmissionRequest } from "../../../../webhooks/admission.ts";
import { sentence } from "../../../../webhooks/denial.ts";
import { createJudge } from "../../../../webhooks/judge.ts";
import { KUSTOMIZATIONS } from "../../../../webhooks/validating/resource.ts";
import type { Rule } from "../../../../webhooks/validating/rule.ts";
import { kustomization, kustomizationRequest, testFacts, testPolicy } from "../../../helpers/admission.ts";

/** A rule with nothing to say, so that only what is no rule's is said. */
const CONTENT: Rule = { id: "X1", name: "x", resources: [KUSTOMIZATIONS], check: () => [] };

interface Case {
  request: AdmissionRequest;
  synced?: boolean;
  throws?: boolean;
}
const request = (overrides: Partial<AdmissionRequest>) => kustomizationRequest(kustomization(), overrides);

/** Asks the engine, so that the signs cannot go stale. */
const CASES: Readonly<Record<string, Case>> = {
  "unknown-namespace": { request: request({ namespace: "plain" }) },
  "terminating-namespace": { request: request({ namespace: "tenant-gone" }) },
  "unknown-resource": { request: request({ resource: { group: "g", version: "v1", resource: "things" } }) },
  "not-synced": { request: request({}), synced: false },
  "internal-error": { request: request({}), throws: true },
};

for (const [id, { request: asked, synced = true, throws = false }] of Object.entries(CASES)) {
  test(`knows ${id} by what the engine says, and nothing else does`, () => {
    const judge = createJudge({
      rules: [CONTENT],
      facts: testFacts({ synced }),
      policy: () => testPolicy(),
      run: (_, check) => (throws ? undefined : check()),
    });
    const said = judge(asked).against.map(sentence).join(". ");
    assert.deepEqual(
      objectionDocs.filter(({ sign }) => sign.test(said)).map((doc) => doc.id),
      [id],
      said,
    );
  });
}

test("explains every one of them, and no other", () => {
  assert.deepEqual(
    objectionDocs.map((doc) => doc.id),
    Object.keys(CASES),
  );
});
