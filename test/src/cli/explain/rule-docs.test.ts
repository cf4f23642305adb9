import assert from "node:assert/strict";
import { test } from "node:test";
import { findRules, parseRules, ruleDocs } from "../../../../src/cli/explain/rule-docs.ts";
import { rules } from "../../../../webhooks/validating/index.ts";

const PAGE = `# Rules

Words.

# Kustomizations

## K2 target-namespace

What it
wants.

Why.

More why.

\`\`\`yaml denied
# a comment
## K9 not-a-heading
kind: Kustomization
\`\`\`

\`\`\`yaml allowed where x
kind: A

kind: B
\`\`\`

Remedy: mend it.

## What is no rule

Words.

# HelmReleases

## H2 target-namespace

What.
`;

test("reads the parts of each rule", () => {
  const [first, second, ...rest] = parseRules(PAGE);
  assert.deepEqual(rest, []);
  assert.deepEqual(
    { ...first, markdown: "" },
    {
      id: "K2",
      name: "target-namespace",
      chapter: "Kustomizations",
      what: "What it wants.",
      why: "Why.\n\nMore why.",
      examples: [
        { label: "denied", text: "# a comment\n## K9 not-a-heading\nkind: Kustomization" },
        { label: "allowed where x", text: "kind: A\n\nkind: B" },
      ],
      remedy: "mend it.",
      markdown: "",
    },
  );
  assert.match(first?.markdown ?? "", /^What it\nwants\.[\s\S]*Remedy: mend it\.$/);
  assert.deepEqual([second?.id, second?.chapter, second?.examples, second?.remedy], ["H2", "HelmReleases", [], ""]);
});

test("finds rules by id and by name, in whatever case, and by the family where a name is that of several", () => {
  const found = (asked: string) => findRules(parseRules(PAGE), asked).map(({ id }) => id);
  assert.deepEqual(found("k2"), ["K2"]);
  assert.deepEqual(found(" H2 "), ["H2"]);
  assert.deepEqual(found("target-namespace"), ["K2", "H2"]);
  assert.deepEqual(found("helm-release/target-namespace"), ["H2"]);
  assert.deepEqual(found("Kustomization/target-namespace"), ["K2"]);
  assert.deepEqual(found("other/target-namespace"), ["K2", "H2"]);
  for (const asked of ["", "/", "K", "constructor"]) assert.deepEqual(found(asked), []);
});

test("has every rule that there is, with everything that is said of one", () => {
  const documented = ruleDocs();
  assert.deepEqual(
    documented.map(({ id, name }) => `${id} ${name}`).toSorted(),
    rules.map(({ id, name }) => `${id} ${name}`).toSorted(),
  );
  for (const { id, what, why, examples, remedy } of documented) {
    assert.ok(what !== "" && why !== "" && remedy !== "", id);
    assert.ok(
      examples.some(({ label }) => /^(denied|warned)/.test(label)) &&
        examples.some(({ label }) => label.startsWith("allowed")),
      id,
    );
  }
});
