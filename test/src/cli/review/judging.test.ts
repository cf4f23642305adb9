import assert from "node:assert/strict";
import { test } from "node:test";
import type { Document, Unreadable } from "../../../../src/cli/review/documents.ts";
import { judgeDocuments } from "../../../../src/cli/review/judging.ts";
import { rules } from "../../../../webhooks/validating/index.ts";
import { KUSTOMIZATIONS } from "../../../../webhooks/validating/resource.ts";
import type { Rule } from "../../../../webhooks/validating/rule.ts";
import { kustomization, testFacts, testPolicy } from "../../../helpers/admission.ts";

const GOOD: Document = { source: "x", document: 1, value: kustomization() };
const BAD: Document = { source: "x", document: 2, item: 3, value: kustomization({ targetNamespace: "kube-system" }) };
const OTHER: Document = {
  source: "x",
  document: 3,
  value: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } },
};
const BROKEN: Unreadable = { source: "x", document: 4, fault: "is not YAML", line: 7 };
const WRONG: Document = { source: "x", document: 5, value: { ...kustomization(), metadata: { name: 1 } } };

function judge(read: readonly (Document | Unreadable)[], { rules: members = rules }: { rules?: readonly Rule[] } = {}) {
  let asked = 0;
  const facts = async () => {
    asked++;
    return testFacts();
  };
  const assumed = { namespace: "", user: "", groups: [] };
  const options = { rules: members, policy: testPolicy(), assumed, old: new Map(), facts };
  return judgeDocuments(read, options).then((reviewed) => ({ reviewed, asked }));
}

test("gives one verdict for each document, in order", async () => {
  const { reviewed, asked } = await judge([BROKEN, BAD, OTHER, GOOD, WRONG]);
  assert.deepEqual(
    reviewed.map(({ verdict: { document, item, outcome, allowed } }) => [document, item, outcome, allowed]),
    [
      [4, undefined, "unreadable", false],
      [2, 3, "denied", false],
      [3, undefined, "not-judged", true],
      [1, undefined, "allowed", true],
      [5, undefined, "unreadable", false],
    ],
  );
  assert.equal(asked, 1);
  assert.equal(reviewed[0]?.line, 7);
  assert.deepEqual(
    reviewed[1]?.verdict.violations.map(({ rule }) => rule),
    ["K2"],
  );
});

test("asks for facts only where there is something to judge by them", async () => {
  assert.equal((await judge([OTHER, BROKEN])).asked, 0);
});

test("denies where a rule throws, as the webhook does", async () => {
  const rule: Rule = {
    id: "X1",
    name: "x",
    resources: [KUSTOMIZATIONS],
    check: () => {
      throw new Error("oops");
    },
  };
  const { reviewed } = await judge([GOOD], { rules: [rule] });
  assert.deepEqual(
    reviewed[0]?.verdict.violations.map(({ message }) => message),
    ["internal error in rule X1; request denied"],
  );
});
