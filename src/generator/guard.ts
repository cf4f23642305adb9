// The guard against mass deletion, for one answer: which tenants may leave it after one more complete scan. Argo CD deletes what is not listed,
// so a removal must be said (disabled), or be rare and seen again. Pure: it knows sets of ids, not rows.
import type { Refusal, RefusalReason } from "./refusal.ts";

export interface GuardSettings {
  /** What a refused answer becomes: the one before (additions included), or 503. */
  mode: "hold" | "fail";
  /** How many tenants may go at once: the greater of a number and a share of the answer. */
  maxRemovals: number;
  maxPercent: number;
  /** In how many complete scans in a row a removal must be seen. */
  scans: number;
}

/**
 * `disabled`: the row says so. `vanished`: there is no row. `unmatched`: the row is there, and the filter no longer fits.
 * `bad`: the row cannot be read; it is no removal at all.
 */
export type RemovalKind = "disabled" | "vanished" | "unmatched" | "bad";

export interface Question {
  /** Ids in the answer so far. */
  served: ReadonlySet<string>;
  /** In how many scans in a row a removal was seen already. */
  pending: ReadonlyMap<string, number>;
  /** Ids that the new snapshot gives. */
  wanted: ReadonlySet<string>;
  kindOf: (id: string) => RemovalKind;
  /** Some version of the tenant's row is known, so that it can be served. */
  isKnown: (id: string) => boolean;
  /** The snapshot has no readable row, and nobody has said that this is right. */
  tableIsLost: boolean;
  /** An operator has accepted this very snapshot. */
  accepted: boolean;
}

export interface Judgement {
  /** `wanted` itself where nothing is kept besides. */
  served: ReadonlySet<string>;
  pending: ReadonlyMap<string, number>;
  refusal?: Refusal;
}

export function judge(question: Question, settings: GuardSettings): Judgement {
  const { served, pending, wanted, tableIsLost, accepted } = question;
  const gone = removalsOf(question);
  if (accepted) return { served: joined(wanted, keepable(gone.bad, question)), pending: new Map() };

  const { bad, disabled, suspicious } = gone;
  const allowed = Math.max(settings.maxRemovals, Math.floor((served.size * settings.maxPercent) / 100));
  const left = wanted.size + bad.length;
  const reason = refuse({ tableIsLost, left, disabled: disabled.length, suspicious: suspicious.length, allowed });
  if (reason === undefined) {
    const seen = suspicious.map((id) => [id, (pending.get(id) ?? 0) + 1] as const);
    const waiting = new Map(seen.filter(([, scans]) => scans < settings.scans));
    return { served: joined(wanted, [...bad, ...waiting.keys()]), pending: waiting };
  }
  const removals = disabled.length + suspicious.length;
  // when everything goes at once, even a row that says "disabled" is not believed
  const kept = left === 0 && removals > allowed ? [...disabled, ...suspicious] : suspicious;
  const seen = suspicious.map((id) => [id, Math.min(settings.scans, (pending.get(id) ?? 0) + 1)] as const);
  return {
    served: joined(wanted, [...bad, ...kept]),
    pending: new Map(seen),
    refusal: { reason, removals, of: served.size, allowed },
  };
}

function refuse(at: {
  tableIsLost: boolean;
  left: number;
  disabled: number;
  suspicious: number;
  allowed: number;
}): RefusalReason | undefined {
  const { tableIsLost, left, disabled, suspicious, allowed } = at;
  if (disabled + suspicious === 0) return undefined;
  if (tableIsLost) return "empty-table";
  if (left === 0 && (suspicious > 0 || disabled > allowed)) return "nothing-left";
  return suspicious > allowed ? "too-many" : undefined;
}

interface Removals {
  bad: string[];
  disabled: string[];
  /** Vanished, or no longer matching. */
  suspicious: string[];
}

function removalsOf({ served, wanted, kindOf }: Question): Removals {
  const removals: Removals = { bad: [], disabled: [], suspicious: [] };
  if (served === wanted) return removals;
  for (const id of served) {
    if (wanted.has(id)) continue;
    const kind = kindOf(id);
    if (kind === "bad") removals.bad.push(id);
    else if (kind === "disabled") removals.disabled.push(id);
    else removals.suspicious.push(id);
  }
  return removals;
}

/** Accepting a snapshot is the way out for a bad row of which no good version is left. */
const keepable = (bad: readonly string[], { isKnown }: Question): string[] => bad.filter(isKnown);

const joined = (wanted: ReadonlySet<string>, kept: readonly string[]): ReadonlySet<string> =>
  kept.length === 0 ? wanted : new Set([...wanted, ...kept]);
