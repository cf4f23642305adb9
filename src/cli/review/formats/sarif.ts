// SARIF 2.1.0, as code scanning reads it: a result for each finding, at its line, with the rule's documentation.
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Rule } from "../../explain/rule-docs.ts";
import type { Finding, Reviewed } from "../verdict.ts";
import type { Format, Report } from "./format.ts";
import { LENIENCY, objectOf, placeOf } from "./words.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
/** What cannot be judged has no rule. */
const UNREADABLE = "unreadable";

interface Result extends Finding {
  level: "error" | "warning";
  text: string;
}

export const sarif: Format = {
  name: "sarif",
  show(report) {
    const { reviewed } = report;
    const results = reviewed.flatMap((one) => resultsOf(one).map((result) => [one, result] as const));
    const ids = [...new Set(results.map(([, { rule }]) => rule))];
    const documented = new Map(report.rules().map((rule) => [rule.id, rule]));
    const faults = reviewed.filter(({ verdict }) => verdict.outcome === UNREADABLE);
    const run = {
      tool: {
        driver: {
          name: "landlord",

          rules: ids.map((id) => ruleOf(id, documented.get(id))),
        },
      },
      columnKind: "utf16CodeUnits",
      invocations: [
        {
          executionSuccessful: faults.length === 0,
          toolExecutionNotifications: faults.map((one) => ({
            level: "error",
            message: { text: one.verdict.reason ?? "" },
            locations: [locationOf(one, "", report)],
          })),
        },
      ],
      results: results.map(([one, { rule, level, text, field }]) => ({
        ruleId: rule,
        ruleIndex: ids.indexOf(rule),
        level,
        message: { text },
        locations: [locationOf(one, field, report)],
      })),
    };
    return JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, null, 2);
  },
};

function resultsOf({ verdict }: Reviewed): Result[] {
  return [
    ...verdict.violations.map((finding): Result => ({ ...finding, level: "error", text: finding.message })),
    ...verdict.warnings.map(
      (finding): Result => ({ ...finding, level: "warning", text: `${LENIENCY[finding.why]}: ${finding.message}` }),
    ),
  ];
}

function ruleOf(id: string, rule: Rule | undefined): object {
  if (rule === undefined) return { id };
  const help = [rule.what, rule.why, rule.remedy === "" ? "" : `Remedy: ${rule.remedy}`].filter((part) => part !== "");
  return {
    id,
    name: rule.name,
    shortDescription: { text: rule.what },
    ...(rule.why === "" ? {} : { fullDescription: { text: rule.why } }),
    help: { text: help.join("\n\n"), markdown: rule.markdown },
  };
}

function locationOf({ verdict, place, line }: Reviewed, field: string, { lineOf }: Report): object {
  const startLine = place === undefined ? line : (lineOf(place, field) ?? place.line);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(verdict.source) },
      ...(startLine === undefined ? {} : { region: { startLine } }),
    },
    logicalLocations: [
      { fullyQualifiedName: [placeOf(verdict), objectOf(verdict), field].filter((part) => part !== "").join(" ") },
    ],
  };
}

/** Relative paths stay relative: code scanning looks for them in the repository. */
function uriOf(source: string): string {
  if (isAbsolute(source)) return pathToFileURL(source).href;
  const path = source
    .toWellFormed()
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "");
  return path.split("/").map(encodeURIComponent).join("/");
}
