// docs/reference/doctor.md has a heading for every check, in the order in which they are told, and none for others.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checks } from "../src/cli/doctor/index.ts";

test("the reference has every check, in order", () => {
  const page = readFileSync("docs/reference/doctor.md", "utf8");
  const [, below = ""] = page.split("\n# Checks\n");
  const headings = Array.from(below.matchAll(/^## (\S+)$/gm), ([, name]) => name);
  assert.deepEqual(headings, ["api-server", ...checks.map(({ name }) => name)]);
});
