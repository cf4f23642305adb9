// What review says of one document, in whichever format: a judgement in plain values, none of which shows a secret.
import { type Objection, sentence, shownValue } from "../../../webhooks/denial.ts";
import type { Judgement } from "../../../webhooks/judge.ts";
import { oneLine } from "../../../webhooks/text.ts";
import type { Place } from "./documents.ts";

/** `not-judged`: no rule is about it. `unreadable`: it cannot be judged, and the exit code says so. */
export type Outcome = Judgement["outcome"] | "not-judged" | "unreadable";

export interface Finding {
  /** Id of the rule, or of the fault that is no rule's: `unknown-namespace`. */
  rule: string;
  /** "" where no field is at fault. */
  field: string;
  /** As texts show it: strings in quotes and cut, of lists and objects only what they are. */
  found: string;
  allowed: string;
  /** All of it in one line. */
  message: string;
  remedy: string;
}

/** Why something is told that does not deny. `would-deny`: the policy has the rule only warn. */
export type Leniency = "warning" | "would-deny" | "excepted" | "exempt" | "tolerated" | "deprecated";
export type Warning = Finding & { why: Leniency };

export interface Verdict {
  source: string;
  /** From 1 within the source; 0: the source as a whole. */
  document: number;
  /** From 1, for the items of a List. */
  item?: number;
  kind: string;
  namespace: string;
  name: string;
  allowed: boolean;
  outcome: Outcome;
  /** Why it is not judged, or cannot be. */
  reason?: string;
  violations: readonly Finding[];
  warnings: readonly Warning[];
}

/** With where the document stands, for formats that point into it. `line` of the source, where that is all there is. */
export interface Reviewed {
  verdict: Verdict;
  place?: Place | undefined;
  line?: number | undefined;
}

const DEPRECATED_API = "deprecated-api";

export function findingsOf(judgement: Judgement): Pick<Verdict, "allowed" | "outcome" | "violations" | "warnings"> {
  const { outcome, against, warned, wouldDeny, excepted, deprecation } = judgement;
  const isDenied = outcome === "denied";
  const lenient = outcome === "exempt" || outcome === "tolerated" ? against.map(as(outcome)) : [];
  return {
    allowed: !isDenied,
    outcome,
    violations: isDenied ? against.map(finding) : [],
    warnings: [
      ...lenient,
      ...wouldDeny.map(as("would-deny")),
      ...excepted.map(as("excepted")),
      ...warned.map(as("warning")),
      ...(deprecation === undefined ? [] : [deprecated(deprecation)]),
    ],
  };
}

const as =
  (why: Leniency) =>
  (objection: Objection): Warning => ({ ...finding(objection), why });

function finding(objection: Objection): Finding {
  const message = sentence(objection);
  if (!("violation" in objection))
    return { rule: objection.id, field: "", found: "", allowed: "", message, remedy: "" };
  const { field, allowed, remedy } = objection.violation;
  return {
    rule: objection.id,
    field: oneLine(field, 256),
    found: shownValue(objection.violation),
    allowed: oneLine(allowed, 256),
    message,
    remedy: oneLine(remedy, 256),
  };
}

function deprecated(text: string): Warning {
  const message = oneLine(text, 256);
  return { rule: DEPRECATED_API, field: "apiVersion", found: "", allowed: "", message, remedy: "", why: "deprecated" };
}
