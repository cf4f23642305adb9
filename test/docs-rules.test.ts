// Every example of the reference of rules is judged as it says: by the rule under which it stands, and by that one alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import type { AdmissionRequest } from "../webhooks/admission.ts";
import { own } from "../webhooks/json.ts";
import { createJudge } from "../webhooks/judge.ts";
import type { Policy } from "../webhooks/policy.ts";
import { rules } from "../webhooks/validating/index.ts";
import { ADMIN_USER, testFacts, testPolicy, urlEntries } from "./helpers/admission.ts";
import { goodOf, goodRequest, type Parts, SOURCE_CONTROLLER } from "./helpers/good-objects.ts";

const PATH = join(import.meta.dirname, "../docs/reference/rules.md");
const HEADING = /^## (\S+) (\S+)$/;
const FENCE = /^```yaml (.*)$/;
const VERDICTS = ["denied", "allowed", "warned"];

interface Example {
  rule: string;
  line: number;
  /** What stands behind ```yaml. */
  words: string;
  text: string;
}

/** Words that may follow the verdict, and what they mean. */
const REQUESTS: Readonly<Record<string, (kind: string) => Partial<AdmissionRequest>>> = {
  status: () => ({ subResource: "status", operation: "UPDATE" }),
  update: (kind) => ({ operation: "UPDATE", oldObject: goodRequest(goodOf(kind)).object ?? {} }),
  "as admin": () => ({ user: ADMIN_USER }),
  "as controller": () => ({ user: SOURCE_CONTROLLER }),
};
const POLICIES: Readonly<Record<string, Partial<Policy>>> = {
  "where resourceSets": { resourceSets: { enabled: true } },
  "where applicationSets": { applicationSets: { enabled: true, generators: ["list"] } },
};
const POLICY: Partial<Policy> = {
  allowedKubeConfigSecrets: new Map([["tenant-a", ["tenant-a-kubeconfig"]]]),
  allowedSourceUrls: urlEntries(
    "https://github.com/org/",
    "oci://ghcr.io/org/",
    "https://charts.example.com/",
    "https://minio.example.com/",
  ),
};

function examplesOf(text: string): Example[] {
  const examples: Example[] = [];
  let [rule, open] = ["", undefined as Example | undefined];
  for (const [index, line] of text.split("\n").entries()) {
    rule = HEADING.exec(line)?.[1] ?? rule;
    if (open !== undefined && line === "```") open = undefined;
    else if (open !== undefined) open.text += `${line}\n`;
    else if (line.startsWith("```")) {
      open = { rule, line: index + 1, words: FENCE.exec(line)?.[1] ?? "", text: "" };
      examples.push(open);
    }
  }
  return examples;
}

/** "denied status as controller" is denied, with "status" and "as controller". */
function wordsOf({ words }: Example): { verdict: string; rest: string[] } {
  const [verdict = "", ...rest] = words.split(/ (?=status|update|as |where )/);
  return { verdict, rest };
}

function judged({ text }: Example, words: readonly string[]): { outcome: string; against: string[]; warned: string[] } {
  const { kind, ...parts } = parse(text) as Parts & { kind: string };
  const good = goodOf(kind);
  const namespace = own(parts.metadata, "namespace");
  const base = goodRequest(
    { ...good, request: isPlaced(kind) ? (good.request ?? {}) : {} },
    parts,
    typeof namespace === "string" ? { namespace } : {},
  );
  const request: AdmissionRequest = Object.assign({ ...base }, ...words.map((word) => REQUESTS[word]?.(kind)));
  const policy = testPolicy(Object.assign({ ...POLICY }, ...words.map((word) => POLICIES[word])));
  const judge = createJudge({ rules, facts: testFacts(), policy: () => policy, run: (_, check) => check() });
  const { outcome, against, warned, wouldDeny, excepted } = judge(request);
  assert.deepEqual([wouldDeny, excepted], [[], []]);
  const ids = (found: readonly { id: string }[]): string[] => [...new Set(found.map(({ id }) => id))];
  return { outcome, against: ids(against), warned: ids(warned) };
}

/** Kinds that live outside namespaces: where they are asked about is part of the good request. */
function isPlaced(kind: string): boolean {
  return goodOf(kind).resource.clusterScoped === true;
}

const examples = examplesOf(readFileSync(PATH, "utf8"));

for (const example of examples) {
  const { rule, line, words } = example;
  const { verdict, rest } = wordsOf(example);
  test(`${rule}, line ${line}: the example is ${words}`, () => {
    assert.ok(VERDICTS.includes(verdict), words);
    for (const word of rest) assert.ok(Object.hasOwn(REQUESTS, word) || Object.hasOwn(POLICIES, word), word);
    const { outcome, ...found } = judged(example, rest);
    const expected = { against: verdict === "denied" ? [rule] : [], warned: verdict === "warned" ? [rule] : [] };
    assert.deepEqual({ isDenied: outcome === "denied", ...found }, { isDenied: verdict === "denied", ...expected });
  });
}

test("every rule has an example of what it objects to, and one of what it lets pass", () => {
  for (const { id } of rules) {
    const verdicts = examples.filter(({ rule }) => rule === id).map((example) => wordsOf(example).verdict);
    assert.ok(verdicts.includes("allowed"), `${id} allows nothing`);
    assert.ok(
      verdicts.some((verdict) => verdict === "denied" || verdict === "warned"),
      `${id} objects to nothing`,
    );
  }
});

test("every rule tells what to do", () => {
  const sections = readFileSync(PATH, "utf8").split(/^## /m).slice(1);
  for (const section of sections) assert.match(section, /^Remedy: \S.*\.$/m, section.slice(0, 40));
});
