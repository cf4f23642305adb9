// Foreign values in texts for people: one line, bounded, and nothing in them that a terminal would obey or hide.

const SHOWN = 64;
/** Control, format and unassigned characters, lone surrogates, line and paragraph separators: log forging and "Trojan Source" (CVE-2021-42574). */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escapeInvisible(text: string): string {
  return text.replaceAll(INVISIBLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** `text` on one line and at most `limit` characters long; a cut is shown by an ellipsis. */
export function oneLine(text: string, limit: number): string {
  const escaped = escapeInvisible(text.slice(0, limit + 1));
  return escaped.length <= limit ? escaped : `${escaped.slice(0, limit - 1)}…`;
}

/** A value as it may stand in a message: strings in quotes and cut, numbers as they are, of lists and objects only what they are. */
export function quote(value: unknown): string {
  if (typeof value === "string") return quoteString(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : "an object";
}

function quoteString(value: string): string {
  const shown = escapeInvisible(JSON.stringify(value.slice(0, SHOWN)));
  return value.length <= SHOWN ? shown : `${shown}… (${value.length} characters)`;
}
