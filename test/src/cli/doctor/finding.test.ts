import assert from "node:assert/strict";
import { test } from "node:test";
import { bounded, exitCode, ok, problem, unknown, warning } from "../../../../src/cli/doctor/finding.ts";

test("is healthy with warnings, unhealthy with a problem whatever else there is, and 2 where something cannot be told", () => {
  const [good, odd, bad, dark] = [ok("a"), warning("b", "x"), problem("c", "y"), unknown("d", "z")];
  assert.equal(exitCode([]), 0);
  assert.equal(exitCode([good, odd]), 0);
  assert.equal(exitCode([good, dark]), 2);
  assert.equal(exitCode([dark, bad, good]), 1);
});

test("tells the first of many, and how many more there are", () => {
  const many = Array.from({ length: 25 }, (_, index) => problem(`p${index}`, "fix"));
  const told = bounded(many, "list");
  assert.equal(told.length, 21);
  assert.deepEqual(told.at(-1), problem("and 5 more", "list"));
  assert.deepEqual(bounded(many.slice(0, 3), "list"), many.slice(0, 3));
});
