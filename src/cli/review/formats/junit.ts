// JUnit's XML, as CI servers read it: a suite for each source, a test case for each document.
import type { Reviewed, Verdict } from "../verdict.ts";
import type { Format } from "./format.ts";
import { LENIENCY, objectOf, placeOf } from "./words.ts";

export const junit: Format = {
  name: "junit",
  show({ reviewed }) {
    const suites = Map.groupBy(reviewed, ({ verdict }) => verdict.source);
    const all = reviewed.map(({ verdict }) => verdict);
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="landlord review"${counts(all)}>`,
      ...[...suites].flatMap(([source, members]) => suite(source, members)),
      "</testsuites>",
    ].join("\n");
  },
};

function suite(source: string, members: readonly Reviewed[]): string[] {
  const verdicts = members.map(({ verdict }) => verdict);
  return [`  <testsuite name="${escaped(source)}"${counts(verdicts)}>`, ...members.flatMap(testCase), "  </testsuite>"];
}

function counts(verdicts: readonly Verdict[]): string {
  const count = (what: Verdict["outcome"]): number => verdicts.filter(({ outcome }) => outcome === what).length;
  return ` tests="${verdicts.length}" failures="${count("denied")}" errors="${count("unreadable")}" skipped="${count("not-judged")}"`;
}

function testCase({ verdict, line }: Reviewed): string[] {
  const name = [placeOf(verdict), objectOf(verdict)].filter((part) => part !== "").join(" ");
  const within = [...ending(verdict, line), ...warnings(verdict)];
  const head = `    <testcase classname="${escaped(verdict.kind || "document")}" name="${escaped(name)}" file="${escaped(verdict.source)}"`;
  return within.length === 0 ? [`${head}/>`] : [`${head}>`, ...within, "    </testcase>"];
}

function ending({ outcome, reason = "", violations }: Verdict, line: number | undefined): string[] {
  if (outcome === "not-judged") return [`      <skipped message="${escaped(reason)}"/>`];
  if (outcome === "unreadable") {
    return [
      `      <error type="unreadable" message="${escaped(line === undefined ? reason : `line ${line}: ${reason}`)}"/>`,
    ];
  }
  if (outcome !== "denied") return [];
  const rules = [...new Set(violations.map(({ rule }) => rule))].join(", ");
  const lines = violations.map(({ message }) => message).join("\n");
  return [
    `      <failure type="${escaped(rules)}" message="${escaped(`denied by ${rules}`)}">${escaped(lines)}</failure>`,
  ];
}

function warnings({ warnings: found }: Verdict): string[] {
  if (found.length === 0) return [];
  const lines = found.map(({ why, message }) => `${LENIENCY[why]}: ${message}`);
  return [`      <system-out>${escaped(lines.join("\n"))}</system-out>`];
}

/** Characters that XML 1.0 does not know, not even escaped: shown as a question mark. */
// oxlint-disable-next-line eslint/no-control-regex -- they are what it is about
const NO_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\r": "&#13;",
};

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(NO_XML, "?")
    .replaceAll(/[&<>"\t\r]/g, (char) => ENTITIES[char] ?? char);
}
