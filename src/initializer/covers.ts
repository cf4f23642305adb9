// Whether an object already says all that is wanted of it. Other people's labels, defaults and status do not matter.
import { isDeepStrictEqual } from "node:util";

/** True if every map of `wanted` is a part of the one in `existing`, and every list and scalar is equal. */
export function covers(existing: unknown, wanted: unknown): boolean {
  if (!isMap(wanted)) return isDeepStrictEqual(existing, wanted);
  return isMap(existing) && Object.entries(wanted).every(([key, value]) => covers(existing[key], value));
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
