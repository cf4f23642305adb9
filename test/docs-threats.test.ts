// The threat table of docs/security.md: every row names tests, and each of these is there under exactly that name.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseAllDocuments } from "yaml";

const ROOT = join(import.meta.dirname, "..");
const page = readFileSync(join(ROOT, "docs/security.md"), "utf8");
const [, below = ""] = page.split("\n## Threats\n");
const [section = ""] = below.split(/^## /m);
/** Of the model: all of them, 15 and 16 in one. */
const IDS = [...Array.from({ length: 14 }, (_, index) => String(index + 1)), "15-16", "17", "18", "M10"];

interface Row {
  id: string;
  answer: string;
  held: { name: string; path: string }[];
}

const rows: Row[] = [...section.matchAll(/^\| (M?\d[\d-]*) \|([^|]*)\|([^|]*)\|([^|]*)\|$/gm)].map(
  ([, id = "", , answer = "", tests = ""]) => ({
    id,
    answer,
    held: [...tests.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+)\)/g)].map(([, name = "", path = ""]) => ({ name, path })),
  }),
);

/** Names of tests in a file; `${…}` in one stands for anything. */
function namesIn(path: string): RegExp[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const names = [...text.matchAll(/(?:\b(?:it|test)\(\s*|\btitle: )(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g)];
  return names.map(([, plain, template = ""]) => {
    const parts = plain === undefined ? template.split(/\$\{[^}]*\}/) : [plain];
    return new RegExp(`^${parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".+")}$`);
  });
}

describe("the threat table", () => {
  it("has every row of the model, in order", () => {
    assert.deepEqual(
      rows.map(({ id }) => id),
      IDS,
    );
  });

  for (const { id, answer, held } of rows) {
    it(`names what holds row ${id}, or says that nothing does`, () => {
      assert.equal(held.length === 0, answer.includes("Landlord does nothing"), answer);
      for (const { name, path } of held) {
        assert.ok(existsSync(join(ROOT, path)), path);
        assert.ok(
          namesIn(path).some((pattern) => pattern.test(name)),
          `${path} has no test "${name}"`,
        );
      }
    });
  }
});

interface Configuration {
  webhooks: { name: string; matchPolicy?: string; rules: { apiGroups: string[]; apiVersions: string[] }[] }[];
}

it("lets no version of a kind pass by", () => {
  const text = readFileSync(join(ROOT, "manifests/base/webhooks.yaml"), "utf8");
  const webhooks = parseAllDocuments(text).flatMap((document) => (document.toJS() as Configuration).webhooks);
  assert.ok(webhooks.length > 5);
  for (const { name, matchPolicy, rules } of webhooks) {
    assert.equal(matchPolicy, "Equivalent", name);
    // the core group has one version, and will have no other
    for (const { apiGroups, apiVersions } of rules)
      assert.ok(apiVersions.includes("*") || apiGroups.join() === "", name);
  }
});
