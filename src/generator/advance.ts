// One step of the baseline: what a new snapshot makes of every answer that was ever asked for. Pure, so that replicas with equal data agree.
import type { TenantRow } from "../tenants/row.ts";
import { type Baseline, type KeyBaseline, withAsked, withKey } from "./baseline.ts";
import { type GuardSettings, type Judgement, judge, type RemovalKind } from "./guard.ts";
import { type AnswerKey, canonical } from "./input.ts";
import type { Refusal } from "./refusal.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Step {
  snapshot: Snapshot;
  /** The snapshot before, where this process has seen it: last good versions are taken from it. */
  previous?: Snapshot | undefined;
  accepted: boolean;
  settings: GuardSettings;
  /** Days on which keys were asked for since the baseline was written. */
  asked: ReadonlyMap<string, number>;
  today: number;
}

export interface Advanced {
  /** The same object if nothing has changed. */
  baseline: Baseline;
  /** Some answer has other tenants, or the same ones with other content. */
  answersChanged: boolean;
  /** Every answer that is refused now. */
  refusals: { key: AnswerKey; refusal: Refusal }[];
}

export function advance(before: Baseline, step: Step): Advanced {
  const { snapshot, accepted, settings } = step;
  const dated = withAsked(before, step.asked, step.today);
  const tableIsLost = isLost(before, snapshot) && !accepted;
  const last = lastGood(before, step);
  const keys = new Map<string, KeyBaseline>();
  const rows = new Map<string, TenantRow>();
  let servedChanged = false;
  let keysChanged = false;
  for (const [name, entry] of dated.keys) {
    const wanted = snapshot.matching(entry.key.filter);
    const isKnown = (id: string): boolean => last(id) !== undefined;
    const kindOf = (id: string): RemovalKind => kindIn(snapshot, id);
    const judged = judge({ ...entry, wanted, kindOf, isKnown, tableIsLost, accepted }, settings);
    if (judged.served !== wanted) keepRows(judged.served, { wanted, last, rows });
    const sameServed = equalSets(entry.served, judged.served);
    servedChanged ||= !sameServed;
    keysChanged ||= !sameServed || !sameState(entry, judged);
    const { refusal: _, ...rest } = entry;
    keys.set(name, { ...rest, ...judged });
  }
  const table = tableOf(before, snapshot, accepted);
  const contentChanged = before.hash !== snapshot.hash || [...rows.keys()].some((id) => !before.rows.has(id));
  const changed = contentChanged || keysChanged || table !== before.table;
  const next = { version: before.version + 1, hash: snapshot.hash, table, keys, rows };
  return {
    baseline: changed ? next : dated,
    answersChanged: contentChanged || servedChanged,
    refusals: [...keys.values()].flatMap(({ key, refusal }) => (refusal === undefined ? [] : [{ key, refusal }])),
  };
}

/** A key's first answer: there is nothing that it could take away. Undefined if even so it may not be given. */
export function begin(
  baseline: Baseline,
  { key, snapshot, isTrusted, today }: { key: AnswerKey; snapshot: Snapshot; isTrusted: boolean; today: number },
): Baseline | undefined {
  if (baseline.keys.has(canonical(key))) return baseline;
  const served = snapshot.matching(key.filter);
  // whether the key is new is not known where the baseline could not be read
  if (isLost(baseline, snapshot) || (served.size === 0 && !isTrusted)) return undefined;
  return withKey(baseline, { key, served, asked: today });
}

/** A registry without one readable row is taken for a fault, also where none was ever recorded: the settings may name another table. */
export const isLost = (baseline: Baseline, { rows }: Snapshot): boolean =>
  rows.size === 0 && baseline.table !== "empty";

function tableOf(before: Baseline, { rows }: Snapshot, accepted: boolean): Baseline["table"] {
  if (rows.size > 0) return "filled";
  return accepted ? "empty" : before.table;
}

/** Why a tenant that was served is not among those that the snapshot gives. */
export function kindIn({ rows, bad }: Snapshot, id: string): RemovalKind {
  const broken = bad.get(id);
  if (broken !== undefined) return broken.enabled ? "bad" : "disabled";
  const row = rows.get(id);
  if (row === undefined) return "vanished";
  return row.enabled ? "unmatched" : "disabled";
}

/** A held tenant stays as it was; where no earlier version is known, its row of now is better than none. */
function lastGood(before: Baseline, { previous, snapshot }: Step): (id: string) => TenantRow | undefined {
  return (id) => {
    const held = before.rows.get(id);
    const seen = previous?.rows.get(id);
    const now = snapshot.rows.get(id);
    return now === undefined ? (seen ?? held) : (held ?? seen ?? now);
  };
}

function keepRows(
  served: ReadonlySet<string>,
  to: {
    wanted: ReadonlySet<string>;
    last: (id: string) => TenantRow | undefined;
    rows: Map<string, TenantRow>;
  },
): void {
  for (const id of served) {
    const row = to.wanted.has(id) ? undefined : to.last(id);
    if (row !== undefined) to.rows.set(id, row);
  }
}

function sameState(entry: KeyBaseline, judged: Judgement): boolean {
  const { pending } = judged;
  const samePending =
    pending.size === entry.pending.size && [...pending].every(([id, scans]) => entry.pending.get(id) === scans);
  return samePending && JSON.stringify(entry.refusal) === JSON.stringify(judged.refusal);
}

function equalSets(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a === b || (a.size === b.size && [...a].every((id) => b.has(id)));
}
