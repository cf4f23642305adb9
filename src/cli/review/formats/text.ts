// For people: what is denied, warned of and unreadable, one line for each finding, and a sum at the end. Silent about what is fine.
import { oneLine } from "../../../../webhooks/text.ts";
import type { Outcome, Reviewed, Verdict } from "../verdict.ts";
import type { Format, Report } from "./format.ts";
import { LENIENCY, objectOf, placeOf } from "./words.ts";

export const text: Format = {
  name: "text",
  show: (report) =>
    [...report.reviewed.flatMap((reviewed) => told(reviewed, report)), summary(report.reviewed)].join("\n"),
};

function told(reviewed: Reviewed, { lineOf }: Report): string[] {
  const { verdict, place, line } = reviewed;
  const called = [placeOf(verdict), objectOf(verdict)].filter((part) => part !== "").join(" ");
  if (verdict.outcome === "unreadable") {
    const at = line === undefined ? "" : `line ${line}: `;
    return [`${called}: CANNOT BE JUDGED: ${at}${oneLine(verdict.reason ?? "", 512)}`];
  }
  const { violations, warnings } = verdict;
  if (violations.length + warnings.length === 0) return [];
  const where = (field: string): string => {
    const found = place === undefined ? undefined : lineOf(place, field);
    return found === undefined ? "" : `line ${found}: `;
  };
  return [
    `${called}: ${verdict.allowed ? "allowed" : "DENIED"}`,
    ...violations.map(({ field, message }) => `  ${where(field)}${message}`),
    ...warnings.map(({ field, message, why }) => `  ${where(field)}${LENIENCY[why]}: ${message}`),
  ];
}

/** `12 documents: 10 allowed, 1 denied, 1 not judged; would have been denied (warn-only): K6 3, K9 1`. */
function summary(reviewed: readonly Reviewed[]): string {
  const verdicts = reviewed.map(({ verdict }) => verdict);
  const count = (...outcomes: Outcome[]): number => verdicts.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const parts = [
    [count("allowed", "tolerated", "exempt"), "allowed"],
    [count("denied"), "denied"],
    [count("not-judged"), "not judged"],
    [count("unreadable"), "cannot be judged"],
  ] as const;
  const shown = parts.filter(([number, what]) => number > 0 || what === "allowed" || what === "denied");
  const total = `${verdicts.length} ${verdicts.length === 1 ? "document" : "documents"}`;
  return `${total}: ${shown.map((part) => part.join(" ")).join(", ")}${wouldHaveBeen(verdicts)}`;
}

function wouldHaveBeen(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>();
  for (const { rule, why } of verdicts.flatMap(({ warnings }) => warnings)) {
    if (why === "would-deny") counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  if (counts.size === 0) return "";
  return `; would have been denied (warn-only): ${[...counts].map((part) => part.join(" ")).join(", ")}`;
}
