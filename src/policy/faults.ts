// What is wrong with a policy file, in words for people: where, what was found, what is allowed. No fault repeats a password or runs on.
import type { z } from "zod";
import { own } from "../../webhooks/json.ts";
import { shownUrl } from "../../webhooks/source-url.ts";
import { quote } from "../../webhooks/text.ts";
import type { Path, YamlText } from "./yaml-text.ts";

export interface PolicyFault {
  /** 1-based. */
  line: number;
  column: number;
  /** `spec.exceptions[0].field`; "" for the whole text. */
  path: string;
  /** What stands there, quoted and cut, or in words: completes "… is". */
  found: string;
  /** What may stand there, or what to do. */
  allowed: string;
}

/** More would help nobody. */
const MOST_FAULTS = 100;
const IDENTIFIER = /^[A-Za-z_][\w-]{0,62}$/;

/** One line, such as `line 4, column 12: spec.profile is "strickt": must be one of strict, baseline`. */
export function faultText({ line, column, path, found, allowed }: PolicyFault): string {
  return `line ${line}, column ${column}: ${path === "" ? "the policy" : path} is ${found}: ${allowed}`;
}

/** By place, and only as many as can be read. */
export function orderedFaults(faults: readonly PolicyFault[]): PolicyFault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MOST_FAULTS);
}

/** `spec.exceptions[0].field`, `spec.tenants["team-a.b"]`. */
export function shownPath(path: Path): string {
  return path.reduce<string>((before, step) => {
    if (typeof step === "number") return `${before}[${step}]`;
    return IDENTIFIER.test(step) ? `${before}${before === "" ? "" : "."}${step}` : `${before}[${quote(step)}]`;
  }, "");
}

/** What the schema found, each fault at the key or the value that it is about. */
export function schemaFaults(error: z.ZodError, yaml: YamlText): PolicyFault[] {
  return error.issues.slice(0, MOST_FAULTS).flatMap((issue): PolicyFault[] => {
    const path = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.slice(0, MOST_FAULTS).map((key) => unknownKey([...path, key], issue.message.split(", "), yaml));
    }
    const isKey = issue.code === "invalid_key";
    const allowed = isKey ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    const found = isKey ? quote(path.at(-1)) : shownValue(path, yaml.value);
    return [{ ...yaml.placeOf(path, isKey ? "key" : "value"), path: shownPath(path), found, allowed }];
  });
}

function unknownKey(path: Path, known: readonly string[], yaml: YamlText): PolicyFault {
  const near = nearest(String(path.at(-1)), known);
  const allowed = near === undefined ? `must be one of ${known.join(", ")}` : `did you mean ${near}?`;
  return { ...yaml.placeOf(path, "key"), path: shownPath(path), found: "unknown", allowed };
}

/** URLs may carry user names and passwords. */
function shownValue(path: Path, value: unknown): string {
  const found = path.reduce<unknown>(
    (at, step) => (Array.isArray(at) ? at[Number(step)] : own(at, String(step))),
    value,
  );
  return quote(typeof found === "string" && found.includes("@") ? shownUrl(found) : found);
}

/** The known word that differs least, if that is by no more than a third of its letters. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const close = known
    .map((each) => ({ each, edits: distance(word.toLowerCase().slice(0, 64), each.toLowerCase()) }))
    .filter(({ each, edits }) => edits <= Math.max(1, Math.floor(each.length / 3)))
    .toSorted((a, b) => a.edits - b.edits);
  return close[0]?.each;
}

/** How many letters must be added, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const [left = 0, above = 0, corner = 0] = [next[j], row[j + 1], row[j]];
      next.push(Math.min(left + 1, above + 1, corner + (a[i] === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
