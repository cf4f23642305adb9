import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  type GuardSettings,
  type Judgement,
  judge,
  type Question,
  type RemovalKind,
} from "../../../src/generator/guard.ts";

const SETTINGS: GuardSettings = { mode: "hold", maxRemovals: 5, maxPercent: 10, scans: 2 };
const ids = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `t${from + index}`);

/** An answer of 100 that loses its first `lost`, for the reasons given in turn. */
function question(lost: number, kinds: RemovalKind[], more: Partial<Question> = {}): Question {
  return {
    served: new Set(ids(100)),
    pending: new Map(),
    wanted: new Set(ids(100 - lost, lost)),
    kindOf: (id) => kinds[Number(id.slice(1)) % kinds.length] ?? "vanished",
    isKnown: () => true,
    tableIsLost: false,
    accepted: false,
    ...more,
  };
}

/** So many scans in a row that see the same. */
function judgements(first: Question, scans: number, settings = SETTINGS): Judgement[] {
  const made: Judgement[] = [];
  for (let scan = 0; scan < scans; scan++) {
    const { served, pending } = made.at(-1) ?? first;
    made.push(judge({ ...first, served, pending }, settings));
  }
  return made;
}

const after = (asked: Question, settings = SETTINGS) => {
  const { served, pending, refusal } = judge(asked, settings);
  return { served: served.size, pending: pending.size, reason: refusal?.reason };
};

test("gives what the snapshot gives where nothing goes", () => {
  const wanted = new Set(ids(101));
  const judged = judge(question(0, [], { wanted }), SETTINGS);
  assert.equal(judged.served, wanted);
  assert.deepEqual(judged.pending, new Map());
  assert.equal(judged.refusal, undefined);
});

test("lets disabled tenants go at once, however many, as long as some are left", () => {
  assert.deepEqual(after(question(1, ["disabled"])), { served: 99, pending: 0, reason: undefined });
  assert.deepEqual(after(question(90, ["disabled"])), { served: 10, pending: 0, reason: undefined });
});

test("keeps a tenant whose row has turned bad for ever", () => {
  const pending = new Map([["t0", 9]]);
  assert.deepEqual(after(question(60, ["bad"], { pending })), { served: 100, pending: 0, reason: undefined });
});

for (const kind of ["vanished", "unmatched"] as const) {
  test(`lets a tenant that is ${kind} go when it was seen in as many scans in a row as are asked for`, () => {
    const settings = { ...SETTINGS, scans: 3 };
    const judged = judgements(question(2, [kind]), 3, settings);
    assert.deepEqual(
      judged.map(({ served, refusal }) => [served.size, refusal]),
      [
        [100, undefined],
        [100, undefined],
        [98, undefined],
      ],
    );
  });

  test(`begins to count anew when a tenant that was ${kind} has been there in between`, () => {
    const settings = { ...SETTINGS, scans: 2 };
    const first = judge(question(1, [kind]), settings);
    const back = judge({ ...question(0, [kind]), ...first, wanted: new Set(ids(100)) }, settings);
    assert.equal(back.pending.size, 0);
    assert.equal(judge({ ...question(1, [kind]), ...back }, settings).served.size, 100);
  });

  test(`refuses when more are ${kind} at once than the greater of number and share`, () => {
    assert.deepEqual(after(question(10, [kind])), { served: 100, pending: 10, reason: undefined });
    assert.deepEqual(after(question(11, [kind])), { served: 100, pending: 11, reason: "too-many" });
    const small = { served: new Set(ids(10)), wanted: new Set(ids(5, 5)) };
    assert.equal(after(question(0, [kind], small)).reason, undefined);
    assert.equal(after(question(0, [kind], { ...small, wanted: new Set(ids(4, 6)) })).reason, "too-many");
  });

  test(`refuses when the last one would go because it is ${kind}, in however many scans`, () => {
    const last = question(0, [kind], { served: new Set(["t0"]), wanted: new Set() });
    for (const judged of judgements(last, 5)) {
      assert.deepEqual([...judged.served], ["t0"]);
      assert.deepEqual(judged.refusal, { reason: "nothing-left", removals: 1, of: 1, allowed: 5 });
    }
  });
}

test("does not count on and on what it refuses", () => {
  const judged = judgements(question(50, ["vanished"]), 5);
  assert.equal(judged.at(-1)?.pending.get("t0"), 2);
});

test("counts what waits already among what would go at once", () => {
  const first = judge(question(6, ["vanished"]), SETTINGS);
  assert.equal(first.refusal, undefined);
  assert.deepEqual(after({ ...question(12, ["vanished"]), ...first }), {
    served: 100,
    pending: 12,
    reason: "too-many",
  });
});

test("lets additions through while it refuses removals", () => {
  const wanted = new Set(["new", ...ids(10)]);
  const judged = judge(question(0, ["vanished"], { wanted }), SETTINGS);
  assert.equal(judged.served.size, 101);
  assert.ok(judged.served.has("new"));
});

test("lets disabled tenants go while it refuses others", () => {
  assert.deepEqual(after(question(40, ["disabled", "vanished"])), { served: 80, pending: 20, reason: "too-many" });
});

test("lets the last tenants go if all are disabled and they are few", () => {
  assert.deepEqual(after(question(0, ["disabled"], { served: new Set(ids(5)), wanted: new Set() })), {
    served: 0,
    pending: 0,
    reason: undefined,
  });
});

test("does not believe that all are disabled at once: a column may have been lost", () => {
  assert.deepEqual(after(question(100, ["disabled"])), { served: 100, pending: 0, reason: "nothing-left" });
  assert.deepEqual(after(question(100, ["disabled", "vanished"])), {
    served: 100,
    pending: 50,
    reason: "nothing-left",
  });
});

test("takes an empty table for a fault, even if what would go is little", () => {
  const small = { served: new Set(["t0"]), wanted: new Set<string>(), tableIsLost: true };
  assert.equal(after(question(0, ["vanished"], small)).reason, "empty-table");
  assert.equal(after(question(0, ["vanished"], { ...small, served: new Set() })).reason, undefined);
});

test("lets everything pass that an operator has accepted, but keeps bad rows of which a version is known", () => {
  const accepted = { accepted: true, tableIsLost: true, pending: new Map([["t0", 1]]) };
  assert.deepEqual(after(question(100, ["vanished", "disabled"], accepted)), {
    served: 0,
    pending: 0,
    reason: undefined,
  });
  const isKnown = (id: string): boolean => id === "t1";
  const judged = judge(question(100, ["bad"], { ...accepted, isKnown }), SETTINGS);
  assert.deepEqual([...judged.served], ["t1"]);
});

test("never removes more than the rules allow, whatever comes", () => {
  const kinds = fc.constantFrom<RemovalKind>("disabled", "vanished", "unmatched", "bad");
  const scans = fc.array(fc.dictionary(fc.stringMatching(/^[a-j]$/), fc.option(kinds), { maxKeys: 10 }), {
    maxLength: 12,
  });
  const everybody = "abcdefghij".split("");
  const settings = fc.record({ maxRemovals: fc.nat(4), maxPercent: fc.nat(60), scans: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(scans, settings, (sequence, limits) => {
      let served: ReadonlySet<string> = new Set(everybody);
      let pending: ReadonlyMap<string, number> = new Map();
      const missing = new Map<string, number>();
      for (const scan of sequence) {
        const here = (id: string): boolean => !Object.hasOwn(scan, id) || scan[id] === null;
        const wanted = new Set(everybody.filter(here));
        const kindOf = (id: string): RemovalKind => scan[id] ?? "vanished";
        for (const id of everybody) {
          const isSuspicious = !wanted.has(id) && (kindOf(id) === "vanished" || kindOf(id) === "unmatched");
          missing.set(id, isSuspicious ? (missing.get(id) ?? 0) + 1 : 0);
        }
        const asked = { served, pending, wanted, kindOf, isKnown: () => true, tableIsLost: false, accepted: false };
        const judged = judge(asked, { mode: "hold", ...limits });
        const gone = [...served].filter((id) => !judged.served.has(id));
        const allowed = Math.max(limits.maxRemovals, Math.floor((served.size * limits.maxPercent) / 100));
        const unsaid = gone.filter((id) => kindOf(id) !== "disabled");
        assert.ok(unsaid.length <= allowed);
        assert.ok(unsaid.every((id) => (missing.get(id) ?? 0) >= limits.scans && kindOf(id) !== "bad"));
        assert.ok([...wanted].every((id) => judged.served.has(id)));
        if (judged.served.size === 0 && served.size > 0) assert.ok(unsaid.length === 0 && gone.length <= allowed);
        ({ served, pending } = judged);
      }
    }),
    { numRuns: 500 },
  );
});
