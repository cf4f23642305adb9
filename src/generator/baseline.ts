// What was served last, kept outside the process: without it a restart followed by a bad read would pass the guard. The document and its stores' type.
import type { TenantRow } from "../tenants/row.ts";
import { type AnswerKey, canonical } from "./input.ts";
import type { Override } from "./override.ts";
import type { Refusal } from "./refusal.ts";

/** The baseline of one answer. */
export interface KeyBaseline {
  key: AnswerKey;
  /** Ids of the tenants in the answer, those that the guard holds included. */
  served: ReadonlySet<string>;
  /** Removals that were seen, and in how many scans in a row. */
  pending: ReadonlyMap<string, number>;
  refusal?: Refusal;
  /** Day since 1970 on which it was last asked for. */
  asked: number;
}

export interface Baseline {
  /** Grows whenever an answer may have changed; 0: nothing was recorded yet. */
  version: number;
  /** Content of the snapshot that it was made with. */
  hash: string;
  /** What the registry held: `unknown` until a snapshot with tenants came, or an operator has accepted an `empty` one. */
  table: "unknown" | "filled" | "empty";
  /** By canonical key. */
  keys: ReadonlyMap<string, KeyBaseline>;
  /** Last good version of the tenants that are served although the registry does not give them now. */
  rows: ReadonlyMap<string, TenantRow>;
}

export const NO_BASELINE: Baseline = { version: 0, hash: "", table: "unknown", keys: new Map(), rows: new Map() };

export interface StoredBaseline {
  /** Undefined: there is none yet. */
  baseline: Baseline | undefined;
  /** Names what was read, for `write`. */
  stamp: string | undefined;
  override: Override | undefined;
}

/** Where a baseline is kept. Both calls throw when the store cannot be used; content that cannot be read is such a case. */
export interface BaselineStore {
  /** For messages: `file /var/lib/…`, `ConfigMap a/b`. */
  name: string;
  /** Other replicas read and write it as well: it decides what is the newest. */
  shared: boolean;
  read(signal: AbortSignal): Promise<StoredBaseline>;
  /** Writes over what `stamp` names, and returns the new stamp; undefined: somebody was faster, read again. */
  write(baseline: Baseline, stamp: string | undefined, signal: AbortSignal): Promise<string | undefined>;
}

/** Keys at most; a ConfigMap holds them all. */
export const MAX_KEYS = 1_000;
/** A key that nobody has asked for in so many days is forgotten. Argo CD asks at least every ten hours. */
const FORGET_DAYS = 30;

export const dayOf = (ms: number): number => Math.floor(ms / 86_400_000);

/** The baseline with a new key. Nothing that was served before changes, so neither does the version. */
export function withKey(baseline: Baseline, added: Pick<KeyBaseline, "key" | "served" | "asked">): Baseline {
  const entry: KeyBaseline = { ...added, pending: new Map() };
  return { ...baseline, keys: new Map([...baseline.keys, [canonical(added.key), entry]]) };
}

/** Notes on which days keys were asked for, and forgets old ones. The same object if there is nothing to note. */
export function withAsked(baseline: Baseline, asked: ReadonlyMap<string, number>, today: number): Baseline {
  let changed = false;
  const keys = new Map<string, KeyBaseline>();
  for (const [name, entry] of baseline.keys) {
    const day = Math.max(entry.asked, asked.get(name) ?? 0);
    const old = day < today - FORGET_DAYS;
    changed ||= old || day !== entry.asked;
    if (!old) keys.set(name, day === entry.asked ? entry : { ...entry, asked: day });
  }
  return changed ? { ...baseline, keys } : baseline;
}

/**
 * Two baselines that do not know of each other, as one that guards what either has served: one was made while the other could
 * not be read, or was lost and begun anew.
 */
export function merged(a: Baseline, b: Baseline): Baseline {
  const keys = new Map(a.keys);
  for (const [name, entry] of b.keys) {
    const other = keys.get(name);
    const served = other === undefined ? entry.served : new Set([...other.served, ...entry.served]);
    keys.set(name, { ...entry, served, pending: new Map(), asked: Math.max(entry.asked, other?.asked ?? 0) });
  }
  return {
    version: Math.max(a.version, b.version) + 1,
    hash: b.hash,
    table: a.table === "filled" || b.table === "filled" ? "filled" : b.table,
    keys,
    rows: new Map([...a.rows, ...b.rows]),
  };
}
