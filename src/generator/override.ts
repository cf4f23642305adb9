// How an operator says that a refused snapshot is right: by its hash, for a limited time, where the baseline is kept and every change is on record.
// Not by a parameter of the request: previews send the same ones, and would move the baseline.

export interface Override {
  /** The snapshot that is accepted as it is. */
  hash: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** Further ahead nobody knows what the hash will stand for: every empty table has the same one. */
const LONGEST_MS = 24 * 3_600_000;
const FORM = /^([0-9a-f]{32})\s+(\S+)$/;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads `<hash> <RFC 3339 time>`; undefined for anything else. */
export function readOverride(text: string): Override | undefined {
  const [, hash, time = ""] = FORM.exec(text.trim()) ?? [];
  const until = RFC3339.test(time) ? Date.parse(time) : Number.NaN;
  return hash === undefined || Number.isNaN(until) ? undefined : { hash, until };
}

/** True while the override stands for this very snapshot. One that ends more than a day from now is none. */
export function accepts(override: Override | undefined, hash: string, now: number): boolean {
  return override !== undefined && override.hash === hash && override.until > now && override.until <= now + LONGEST_MS;
}
