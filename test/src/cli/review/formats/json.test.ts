import assert from "node:assert/strict";
import { test } from "node:test";
import { json } from "../../../../../src/cli/review/formats/json.ts";
import { EVERYTHING, report } from "../../../../helpers/review-report.ts";

test("is one array of verdicts in the order of the input", () => {
  const shown: unknown = JSON.parse(json.show(report()));
  assert.deepEqual(shown, JSON.parse(JSON.stringify(EVERYTHING.map(({ verdict }) => verdict))));
  assert.equal(json.show(report([])), "[]");
});
