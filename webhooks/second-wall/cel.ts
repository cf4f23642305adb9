// Writes expressions of the Common Expression Language as text. What comes from the policy goes in as literals, and only through here:
// no name in it can end its literal. Nothing newer than Kubernetes 1.30 is used.

/** An expression. */
export type Cel = string;

/** What cannot stand in a literal as it is, and all that is not ASCII. */
const SPECIAL = /["\\]|[^ -~]/gu;

/** A string literal in ASCII. What no object can hold (half a character) becomes U+FFFD, which matches nothing. */
export function text(value: string): Cel {
  return `"${value.toWellFormed().replaceAll(SPECIAL, escaped)}"`;
}

function escaped(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  return `\\U${(char.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
}

export function list(values: Iterable<string>): Cel {
  return `[${[...values].map(text).join(", ")}]`;
}

/** A map from texts to lists of texts. */
export function mapOfLists(map: ReadonlyMap<string, readonly string[]>): Cel {
  return `{${[...map].map(([key, values]) => `${text(key)}: ${list(values)}`).join(", ")}}`;
}

export function mapOfTexts(map: ReadonlyMap<string, string>): Cel {
  return `{${[...map].map(([key, value]) => `${text(key)}: ${text(value)}`).join(", ")}}`;
}

/** Any JSON value. What is not set is null. */
export function literal(value: unknown): Cel {
  if (typeof value === "string") return text(value);
  if (typeof value === "number" || typeof value === "boolean") return numeral(value);
  if (typeof value !== "object" || value === null) return "null";
  if (Array.isArray(value)) return `[${value.map((item) => `dyn(${literal(item)})`).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${text(key)}: dyn(${literal(item)})`)
    .join(", ")}}`;
}

/** `1e21` is a double there, and a whole number beyond 64 bits no number at all. */
function numeral(value: number | boolean): Cel {
  return typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? value.toExponential()
    : String(value);
}

/** True if one of them is; none of none. */
export function any(...conditions: readonly Cel[]): Cel {
  if (conditions.length < 2) return conditions[0] ?? "false";
  return `(${conditions.join(" || ")})`;
}

/** True if all of them are; all of none. */
export function all(...conditions: readonly Cel[]): Cel {
  if (conditions.length < 2) return conditions[0] ?? "true";
  return `(${conditions.join(" && ")})`;
}

/** The optional at a path of the object: `spec.kubeConfig`. Missing where something on the way is. */
export function at(path: string, root: Cel = "object"): Cel {
  return `${root}${path
    .split(".")
    .map((key) => `.?${key}`)
    .join("")}`;
}

/** An optional's value; null where it is missing. */
export const valueOf = (optional: Cel): Cel => `${optional}.orValue(null)`;

/** True for what Kubernetes takes for "not set" where a string is expected. */
export const isUnset = (optional: Cel): Cel => any(`${valueOf(optional)} == null`, `${valueOf(optional)} == ""`);

/** True if a key is one of `keys`, of which those that end in "/" stand for all that begin so. */
export function isListed(key: Cel, keys: Iterable<string>): Cel {
  const all_ = [...new Set(keys)];
  const prefixes = all_.filter((listed) => listed.endsWith("/"));
  const exact = all_.filter((listed) => !listed.endsWith("/"));
  return any(`${key} in ${list(exact)}`, ...prefixes.map((prefix) => `${key}.startsWith(${text(prefix)})`));
}
