import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, begin, isLost, kindIn, type Step } from "../../../src/generator/advance.ts";
import { type Baseline, NO_BASELINE } from "../../../src/generator/baseline.ts";
import { canonical } from "../../../src/generator/input.ts";
import { type Snapshot, takeSnapshot } from "../../../src/generator/snapshot.ts";
import type { TenantRow } from "../../../src/tenants/row.ts";
import { createMemoryTenantStore, tenantRow, tenantRows } from "../../helpers/memory-store.ts";

const ALL = { applicationSetName: "all" };
const EU = { applicationSetName: "eu", filter: { key: "region", value: "eu" } };
const SETTINGS = { mode: "hold", maxRemovals: 2, maxPercent: 0, scans: 2 } as const;
const TODAY = 100;

async function snapshotOf(rows: readonly TenantRow[], spoilt: readonly string[] = []): Promise<Snapshot> {
  const store = createMemoryTenantStore(rows);
  for (const id of spoilt) store.spoil(id);
  return takeSnapshot(store, new AbortController().signal);
}

const stepOf = (snapshot: Snapshot, more: Partial<Step> = {}): Step => ({
  snapshot,
  accepted: false,
  settings: SETTINGS,
  asked: new Map(),
  today: TODAY,
  ...more,
});

/** A baseline of both answers, made with this snapshot. */
function begun(snapshot: Snapshot): Baseline {
  let baseline = advance(NO_BASELINE, stepOf(snapshot)).baseline;
  for (const key of [ALL, EU]) {
    baseline = begin(baseline, { key, snapshot, isTrusted: true, today: TODAY }) ?? assert.fail("refused");
  }
  return baseline;
}

const servedTo = (baseline: Baseline, key: typeof ALL): string[] => [
  ...(baseline.keys.get(canonical(key))?.served ?? []),
];

const EU_ROWS = tenantRows(4, { labels: { region: "eu" } });

test("tells why a tenant is not in the snapshot", async () => {
  const store = createMemoryTenantStore([tenantRow("on"), tenantRow("off", { enabled: false })]);
  store.spoil("broken");
  store.spoil("broken-off", false);
  const snapshot = await takeSnapshot(store, new AbortController().signal);
  const kinds = ["on", "off", "broken", "broken-off", "none"].map((id) => kindIn(snapshot, id));
  assert.deepEqual(kinds, ["unmatched", "disabled", "bad", "disabled", "vanished"]);
});

test("changes nothing, not even the object, for equal content", async () => {
  const snapshot = await snapshotOf(EU_ROWS);
  const baseline = begun(snapshot);
  const again = advance(baseline, stepOf(await snapshotOf(EU_ROWS.toReversed()), { previous: snapshot }));
  assert.equal(again.baseline, baseline);
  assert.equal(again.answersChanged, false);
});

test("has a new version for new content, for a removal that waits, and for its end", async () => {
  const first = await snapshotOf(EU_ROWS);
  const baseline = begun(first);
  const grown = advance(baseline, stepOf(await snapshotOf([...EU_ROWS, tenantRow("new")]), { previous: first }));
  assert.equal(grown.baseline.version, baseline.version + 1);
  assert.equal(grown.answersChanged, true);

  const fewer = await snapshotOf(EU_ROWS.slice(1));
  const waits = advance(baseline, stepOf(fewer, { previous: first }));
  assert.deepEqual(servedTo(waits.baseline, ALL).length, 4);
  const gone = advance(waits.baseline, stepOf(fewer, { previous: fewer }));
  assert.equal(gone.baseline.version, waits.baseline.version + 1);
  assert.equal(gone.answersChanged, true);
  assert.deepEqual(servedTo(gone.baseline, ALL), ["t-001", "t-002", "t-003"]);
  assert.equal(gone.baseline.rows.size, 0);
});

test("keeps the last good version of what is served although the registry does not give it", async () => {
  const first = await snapshotOf(EU_ROWS);
  const vanished = await snapshotOf(EU_ROWS.slice(1), ["t-001"]);
  const { baseline } = advance(begun(first), stepOf(vanished, { previous: first }));
  assert.deepEqual([...baseline.rows.keys()].toSorted(), ["t-000", "t-001"]);
  assert.deepEqual(baseline.rows.get("t-001"), EU_ROWS[1]);
  const later = advance(baseline, stepOf(vanished, { previous: vanished })).baseline;
  assert.deepEqual([...later.rows.values()], [EU_ROWS[1]]);
});

test("holds a tenant that no longer matches as it was when it did", async () => {
  const first = await snapshotOf(EU_ROWS);
  const moved = await snapshotOf([tenantRow("t-000", { repoPath: "new" }), ...EU_ROWS.slice(1)]);
  const { baseline } = advance(begun(first), stepOf(moved, { previous: first }));
  assert.deepEqual(baseline.rows.get("t-000"), EU_ROWS[0]);
  assert.ok(servedTo(baseline, EU).includes("t-000"));
  // after a restart nothing else is known than the row of now
  const restarted = advance(begun(first), stepOf(moved)).baseline;
  assert.equal(restarted.rows.get("t-000")?.repoPath, "new");
});

test("keeps the newest version that was good when a row turns bad again and again", async () => {
  const first = await snapshotOf(EU_ROWS);
  const bad = await snapshotOf(EU_ROWS, ["t-000"]);
  const held = advance(begun(first), stepOf(bad, { previous: first })).baseline;
  const mended = await snapshotOf([{ ...tenantRow("t-000"), repoPath: "two" }, ...EU_ROWS.slice(1)]);
  const good = advance(held, stepOf(mended, { previous: bad })).baseline;
  const again = advance(good, stepOf(bad, { previous: mended })).baseline;
  assert.equal(again.rows.get("t-000")?.repoPath, "two");
});

test("tells every refusal at each step, and drops it when the tenants are back", async () => {
  const first = await snapshotOf(EU_ROWS);
  const fewer = await snapshotOf(EU_ROWS.slice(3));
  const refused = advance(begun(first), stepOf(fewer, { previous: first }));
  const refusal = { reason: "too-many", removals: 3, of: 4, allowed: 2 };
  assert.deepEqual(refused.refusals, [
    { key: ALL, refusal },
    { key: EU, refusal },
  ]);
  const twice = advance(refused.baseline, stepOf(fewer, { previous: fewer }));
  const thrice = advance(twice.baseline, stepOf(fewer, { previous: fewer }));
  assert.equal(thrice.refusals.length, 2);
  assert.equal(thrice.baseline, twice.baseline); // nothing more to count
  const back = advance(thrice.baseline, stepOf(first, { previous: fewer }));
  assert.deepEqual(back.refusals, []);
  assert.equal(back.baseline.keys.get(canonical(ALL))?.refusal, undefined);
});

test("takes an empty registry for lost until an operator accepts it", async () => {
  const [filled, empty] = [await snapshotOf(EU_ROWS), await snapshotOf([])];
  assert.equal(isLost(NO_BASELINE, empty), true);
  assert.equal(isLost(begun(filled), empty), true);
  assert.equal(isLost(begun(filled), filled), false);
  const refused = advance(begun(filled), stepOf(empty, { previous: filled }));
  assert.deepEqual(
    refused.refusals.map(({ refusal }) => refusal.reason),
    ["empty-table", "empty-table"],
  );
  assert.equal(refused.baseline.table, "filled");
  const accepted = advance(refused.baseline, stepOf(empty, { previous: empty, accepted: true }));
  assert.deepEqual([accepted.baseline.table, servedTo(accepted.baseline, ALL), accepted.refusals], ["empty", [], []]);
  assert.equal(isLost(accepted.baseline, empty), false);
  const unreadable = await snapshotOf([], ["t-000", "t-001"]);
  assert.equal(isLost(begun(filled), unreadable), true);
});

test("begins a new answer with whatever there is, even nothing", async () => {
  const snapshot = await snapshotOf(tenantRows(2));
  const { baseline } = advance(NO_BASELINE, stepOf(snapshot));
  const next = begin(baseline, { key: EU, snapshot, isTrusted: true, today: TODAY });
  assert.deepEqual(next?.keys.get(canonical(EU))?.served.size, 0);
  assert.equal(next?.version, baseline.version);
  assert.equal(begin(next ?? baseline, { key: EU, snapshot, isTrusted: true, today: TODAY }), next);
});

test("does not begin an answer with nothing where it may be an old one, nor any on an empty registry", async () => {
  const [some, none] = [await snapshotOf(tenantRows(2)), await snapshotOf([])];
  const { baseline } = advance(NO_BASELINE, stepOf(some));
  assert.equal(begin(baseline, { key: EU, snapshot: some, isTrusted: false, today: TODAY }), undefined);
  assert.notEqual(begin(baseline, { key: ALL, snapshot: some, isTrusted: false, today: TODAY }), undefined);
  assert.equal(begin(baseline, { key: EU, snapshot: none, isTrusted: true, today: TODAY }), undefined);
  assert.equal(begin(NO_BASELINE, { key: ALL, snapshot: none, isTrusted: true, today: TODAY }), undefined);
});

test("notes the day of the last question without a new version", async () => {
  const snapshot = await snapshotOf(EU_ROWS);
  const baseline = begun(snapshot);
  const asked = new Map([[canonical(ALL), TODAY + 1]]);
  const next = advance(baseline, stepOf(snapshot, { previous: snapshot, asked, today: TODAY + 1 })).baseline;
  assert.notEqual(next, baseline);
  assert.equal(next.version, baseline.version);
  assert.equal(next.keys.get(canonical(ALL))?.asked, TODAY + 1);
});
