import assert from "node:assert/strict";
import { test } from "node:test";
import { type Baseline, dayOf, merged, NO_BASELINE, withAsked, withKey } from "../../../src/generator/baseline.ts";
import { canonical } from "../../../src/generator/input.ts";
import { tenantRow } from "../../helpers/memory-store.ts";

const A = { applicationSetName: "a" };
const B = { applicationSetName: "b", filter: { key: "k", value: "v" } };
const served = (...ids: string[]): ReadonlySet<string> => new Set(ids);
const baseline = (fields: Partial<Baseline> = {}): Baseline => ({
  ...NO_BASELINE,
  version: 3,
  table: "filled",
  ...fields,
});

test("counts days since 1970", () => {
  assert.deepEqual([dayOf(0), dayOf(86_399_999), dayOf(86_400_000)], [0, 0, 1]);
});

test("takes a new key up without a new version, for no other answer changes", () => {
  const next = withKey(baseline(), { key: B, served: served("x"), asked: 7 });
  assert.equal(next.version, 3);
  assert.deepEqual(next.keys.get(canonical(B)), { key: B, served: served("x"), pending: new Map(), asked: 7 });
});

test("notes when keys were asked for, and forgets those that were not for 30 days", () => {
  let kept = withKey(baseline(), { key: A, served: served(), asked: 100 });
  kept = withKey(kept, { key: B, served: served(), asked: 100 });
  assert.equal(withAsked(kept, new Map(), 130), kept);
  assert.equal(withAsked(kept, new Map([[canonical(A), 100]]), 100), kept);
  const asked = withAsked(kept, new Map([[canonical(A), 131]]), 131);
  assert.deepEqual(
    [...asked.keys.values()].map(({ key, asked: day }) => [key, day]),
    [[A, 131]],
  );
});

test("merges two baselines into one that guards what either has served", () => {
  const one = withKey(baseline({ rows: new Map([["x", tenantRow("x")]]) }), { key: A, served: served("x"), asked: 5 });
  const two = withKey(
    withKey(baseline({ version: 9, hash: "h", table: "unknown" }), { key: A, served: served("y"), asked: 4 }),
    { key: B, served: served("z"), asked: 6 },
  );
  const both = merged(one, two);
  assert.deepEqual([both.version, both.hash, both.table], [10, "h", "filled"]);
  assert.deepEqual(
    [...both.keys.values()].map((entry) => [entry.served, entry.asked]),
    [
      [served("x", "y"), 5],
      [served("z"), 6],
    ],
  );
  assert.deepEqual([...both.rows.keys()], ["x"]);
});
