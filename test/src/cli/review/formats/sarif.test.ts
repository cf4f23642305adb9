import assert from "node:assert/strict";
import { test } from "node:test";
import { sarif } from "../../../../../src/cli/review/formats/sarif.ts";
import { report } from "../../../../helpers/review-report.ts";

interface Log {
  $schema: string;
  version: string;
  runs: {
    tool: { driver: { name: string; rules: { id: string; help?: { text: string; markdown: string } }[] } };
    invocations: { executionSuccessful: boolean; toolExecutionNotifications: { message: { text: string } }[] }[];
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: { physicalLocation: { artifactLocation: { uri: string }; region?: { startLine: number } } }[];
    }[];
  }[];
}

function shown(): { run: Log["runs"][number]; log: Log } {
  const log = JSON.parse(sarif.show(report())) as Log;
  assert.equal(log.runs.length, 1);
  const [run] = log.runs;
  assert.ok(run !== undefined);
  return { run, log };
}

test("is SARIF 2.1.0 with a result for each finding, at its line", () => {
  const { run, log } = shown();
  assert.equal(log.version, "2.1.0");
  assert.equal(log.$schema, "https://json.schemastore.org/sarif-2.1.0.json");
  assert.equal(run.tool.driver.name, "landlord");
  const found = run.results.map(({ ruleId, level, message, locations }) => {
    const [location] = locations;
    const { uri } = location?.physicalLocation.artifactLocation ?? {};
    return [ruleId, level, message.text, uri, location?.physicalLocation.region?.startLine];
  });
  assert.deepEqual(found, [
    ["K2", "error", 'K2 <is> "kube-system" & more', "apps/a%20b.yaml", 12],
    ["unknown-namespace", "error", "whose?", "apps/a%20b.yaml", 10],
    ["K6", "warning", "would be denied: K6 is odd", "apps/a%20b.yaml", 12],
    ["K6", "warning", "would be denied: K6 is odd too", "apps/a%20b.yaml", 12],
  ]);
});

test("lists each rule once, with its documentation, and results point at it", () => {
  const { run } = shown();
  const { rules } = run.tool.driver;
  assert.deepEqual(
    rules.map(({ id }) => id),
    ["K2", "unknown-namespace", "K6"],
  );
  assert.deepEqual(rules[0]?.help, { text: "What.\n\nWhy.\n\nRemedy: Mend.", markdown: "**What.**" });
  for (const { ruleId, ruleIndex } of run.results) assert.equal(rules[ruleIndex]?.id, ruleId);
});

test("says that it did not succeed where something could not be judged", () => {
  const [invocation] = shown().run.invocations;
  assert.equal(invocation?.executionSuccessful, false);
  assert.deepEqual(
    invocation?.toolExecutionNotifications.map(({ message }) => message.text),
    ["is not \u0007YAML", "no such file"],
  );
});
