import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { SETTINGS } from "../../src/settings.ts";

describe("docs/reference/settings.md", () => {
  it("has one row for every setting, with its default and its text, in order", () => {
    const documented = readFileSync(new URL("../../docs/reference/settings.md", import.meta.url), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const expected = Object.entries(SETTINGS).map(
      ([name, { fallback, about }]: [string, { fallback?: string; about: string }]) => {
        const shown = fallback === undefined || fallback === "" ? "" : ` \`${fallback}\``;
        return `| \`${name}\` |${shown} | ${about} |`;
      },
    );
    assert.deepEqual(documented, expected);
  });
});
