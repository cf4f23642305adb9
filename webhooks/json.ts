// Reading JSON that somebody else wrote: own properties only, and a wrong shape reads as undefined. Nothing here throws.
// Own, because `constructor` is a legal namespace and `__proto__` a legal key: a plain lookup would find inherited members.

export type JsonObject = Readonly<Record<string, unknown>>;

/** True for what JSON calls an object: no list, no null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for an object that can be copied key by key: a key `__proto__`, which no schema knows, would change the copy's prototype. */
export function isCopyable(value: unknown): value is JsonObject {
  return isObject(value) && !Object.hasOwn(value, "__proto__");
}

/** The value of an own property; undefined if there is none, or if `value` is no object. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** What Kubernetes takes for "not set" where a string is expected: absent, null and the empty string. */
export function isUnset(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

/** A map of strings, as labels are, that can be copied; empty if not set, undefined if it is anything else. */
export function stringMap(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return {};
  return isStringMap(value) ? value : undefined;
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return isCopyable(value) && Object.values(value).every((item) => typeof item === "string");
}

/** True if objects and lists lie within each other more than `levels` deep. Looks no deeper than that itself. */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (Array.isArray(value)) return levels === 0 || value.some((item) => nestsDeeper(item, levels - 1));
  if (!isObject(value)) return false;
  if (levels === 0) return true;
  // Values that JSON.parse made: all keys that for-in finds are their own, and it builds no list of them.
  for (const key in value) {
    if (nestsDeeper(value[key], levels - 1)) return true;
  }
  return false;
}
