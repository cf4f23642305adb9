import assert from "node:assert/strict";
import { test } from "node:test";
import { type Baseline, NO_BASELINE, withKey } from "../../../src/generator/baseline.ts";
import { createBaselineAccess } from "../../../src/generator/baseline-access.ts";
import { canonical } from "../../../src/generator/input.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createTestLog } from "../../helpers/log.ts";
import { createMemoryBaseline } from "../../helpers/memory-baseline.ts";
import { tenantRow } from "../../helpers/memory-store.ts";

const signal = new AbortController().signal;
const KEY = { applicationSetName: "a" };
const baseline = (version: number, ...ids: string[]): Baseline =>
  withKey(
    { ...NO_BASELINE, version, hash: `h${version}`, table: "filled" },
    { key: KEY, served: new Set(ids), asked: 1 },
  );
const servedOf = ({ keys }: Baseline): string[] => [...(keys.get(canonical(KEY))?.served ?? [])];

function setUp(shared: boolean) {
  const store = createMemoryBaseline({ shared });
  const clock = createTestClock();
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const access = createBaselineAccess({ store, clock, log, metrics });
  const find = async (known?: Baseline) => access.find(known, signal);
  return { store, clock, lines, access, find };
}

for (const shared of [true, false]) {
  const whose = shared ? "a shared store" : "a store of one's own";

  test(`begins with nothing where ${whose} is empty, and fills it`, async () => {
    const { access, find, store } = setUp(shared);
    assert.deepEqual(await find(), { baseline: NO_BASELINE, override: undefined, isRead: true });
    assert.equal(await access.write(baseline(1, "x"), signal), true);
    assert.deepEqual(store.baseline(), baseline(1, "x"));
  });

  test(`writes to ${whose} only what it does not hold`, async () => {
    const { access, find, store } = setUp(shared);
    store.put(baseline(3, "x"));
    const found = await find();
    await access.write(found.baseline, signal);
    const next = { ...found.baseline, version: 4 };
    await access.write(next, signal);
    await access.write(next, signal);
    assert.equal(store.writes, 1);
  });

  test(`fills ${whose} again from what is known here when its content is lost`, async () => {
    const { access, find, store } = setUp(shared);
    const known = baseline(3, "x");
    await find();
    await access.write(known, signal);
    store.put(undefined);
    const found = await find(known);
    assert.equal(found.baseline, known);
    assert.equal(access.isStored(known), false);
    await access.write(known, signal);
    assert.deepEqual(store.baseline(), known);
  });
}

test("goes on from what a shared store holds, and from memory where nobody else writes", async () => {
  const [ours, theirs] = [baseline(3, "x"), baseline(4, "y")];
  const shared = setUp(true);
  shared.store.put(theirs);
  assert.deepEqual((await shared.find(ours)).baseline, theirs);
  const own = setUp(false);
  own.store.put(theirs);
  assert.equal((await own.find(ours)).baseline, ours);
});

test("takes rows for which the store had no room from what is known here", async () => {
  const { find, store } = setUp(true);
  const known = {
    ...baseline(3, "x", "y"),
    rows: new Map([
      ["x", tenantRow("x")],
      ["z", tenantRow("z")],
    ]),
  };
  store.put({ ...known, version: 4, rows: new Map() });
  assert.deepEqual([...(await find(known)).baseline.rows.keys()], ["x"]);
});

for (const [what, found] of [
  ["begun anew", baseline(1, "y")],
  ["begun anew and come as far", { ...baseline(3, "y"), hash: "other" }],
] as const) {
  test(`guards what either has served where a shared store was ${what}`, async () => {
    const { access, find, store } = setUp(true);
    store.put(found);
    const merged = (await find(baseline(3, "x"))).baseline;
    assert.equal(merged.version, 4);
    assert.deepEqual(servedOf(merged).toSorted(), ["x", "y"]);
    assert.equal(access.isStored(merged), false);
  });
}

test("rejects where a shared store cannot be read or written: what others have served is not known then", async () => {
  const { access, find, store } = setUp(true);
  await find();
  store.failRead = new Error("forbidden");
  await assert.rejects(find(baseline(1)), /read baseline from memory/);
  store.failWrite = new Error("forbidden");
  await assert.rejects(access.write(baseline(2), signal), /write baseline to memory/);
});

test("goes on without a file that cannot be read, and guards what either knows when it can", async () => {
  const { access, find, store, lines } = setUp(false);
  store.put(baseline(7, "x"));
  store.failRead = new Error("permission denied");
  assert.deepEqual(await find(), { baseline: NO_BASELINE, override: undefined, isRead: false });
  assert.equal(access.isUnread(), true);
  assert.equal(await access.write(baseline(1, "y"), signal), true);
  assert.equal(store.writes, 0); // what cannot be read is not written over
  store.failRead = undefined;
  const found = await find(baseline(1, "y"));
  assert.deepEqual(servedOf(found.baseline).toSorted(), ["x", "y"]);
  assert.equal(access.isUnread(), true);
  access.markRead();
  await access.write(found.baseline, signal);
  assert.deepEqual(store.baseline()?.version, 8);
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [["error", "baseline cannot be read"]],
  );
});

test("does not forget what it knows when a file can no longer be read or written", async () => {
  const { access, find, store, lines } = setUp(false);
  await find();
  const known = baseline(1, "x");
  await access.write(known, signal);
  store.failRead = store.failWrite = new Error("disk full");
  assert.equal((await find(known)).baseline, known);
  assert.equal(access.isUnread(), false);
  const next = baseline(2, "x", "y");
  assert.equal(await access.write(next, signal), true);
  store.failWrite = undefined;
  assert.equal(await access.write(next, signal), true);
  assert.deepEqual(store.baseline(), next);
  assert.deepEqual(
    lines.map(({ message }) => message),
    ["baseline cannot be read", "baseline cannot be written"],
  );
});

test("gives way to a replica that was faster", async () => {
  const { access, find, store } = setUp(true);
  await find();
  store.put(baseline(1, "theirs"));
  assert.equal(await access.write(baseline(1, "ours"), signal), false);
  assert.deepEqual(servedOf((await find()).baseline), ["theirs"]);
});

test("relies on a version for half a second after it was read, and on a new one only when others rely on the old no more", async () => {
  const { access, find, store, clock } = setUp(true);
  store.put(baseline(3));
  await find();
  assert.equal(access.isNewest(3), false);
  let isSettled = false;
  void access.whenSettled().then(() => (isSettled = true));
  await clock.advance(599);
  assert.equal(isSettled, false);
  await clock.advance(1);
  assert.equal(isSettled, true);
  assert.equal(access.isNewest(3), false); // read too long ago
  await find();
  assert.equal(access.isNewest(3), true);
  assert.equal(access.isNewest(2), false);
  await clock.advance(500);
  assert.equal(access.isNewest(3), true);
  await clock.advance(1);
  assert.equal(access.isNewest(3), false);
  await find();
  clock.jump(-3_600_000);
  assert.equal(access.isNewest(3), false);
});

test("waits anew for each newer version, its own included, but not for one that it has seen", async () => {
  const { access, find, store, clock } = setUp(true);
  store.put(baseline(3));
  const { baseline: three } = await find();
  await clock.advance(600);
  await find();
  assert.equal(access.isNewest(3), true);
  await access.write({ ...three, version: 4 }, signal);
  assert.equal(access.isNewest(4), false);
  await clock.advance(500);
  store.put(baseline(5));
  await find();
  await clock.advance(500);
  await find();
  assert.equal(access.isNewest(5), false);
  await clock.advance(100);
  assert.equal(access.isNewest(5), true);
});

test("is always the newest where nobody else records", async () => {
  const { access, find } = setUp(false);
  await find();
  assert.equal(access.isNewest(0), true);
  await access.whenSettled();
});
