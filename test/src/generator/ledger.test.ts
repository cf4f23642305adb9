import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_KEYS } from "../../../src/generator/baseline.ts";
import type { AnswerKey } from "../../../src/generator/input.ts";
import { createLedger, type LedgerOptions, type Served } from "../../../src/generator/ledger.ts";
import { GeneratorError } from "../../../src/generator/refusal.ts";
import { takeSnapshot } from "../../../src/generator/snapshot.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { createTestLog } from "../../helpers/log.ts";
import { createMemoryBaseline } from "../../helpers/memory-baseline.ts";
import { createMemoryTenantStore, tenantRow, tenantRows } from "../../helpers/memory-store.ts";

const signal = new AbortController().signal;
const ALL: AnswerKey = { applicationSetName: "all" };
const SETTINGS: LedgerOptions["settings"] = {
  guard: { mode: "hold", maxRemovals: 2, maxPercent: 0, scans: 2 },
  paramsOverride: false,
};

/** Replicas over one registry and one store of baselines. */
function setUp({ shared = true, replicas = 1 } = {}) {
  const tenants = createMemoryTenantStore(tenantRows(10));
  const store = createMemoryBaseline({ shared });
  const clock = createTestClock();
  const made = Array.from({ length: replicas }, () => replica());

  function replica() {
    const changes: Served[] = [];
    const { log, lines } = createTestLog();
    const options = { store, settings: SETTINGS, clock, log, metrics: createMetrics() };
    const ledger = createLedger({ ...options, onChange: (served) => void changes.push(served) });
    const record = () => ledger.record(() => takeSnapshot(tenants, signal), signal);
    const version = () => ledger.current()?.baseline.version;
    const ids = async (key = ALL): Promise<string[]> => {
      const served = ledger.current();
      const entry = served?.baseline.keys.get(JSON.stringify([key.applicationSetName]));
      const bytes = entry === undefined ? undefined : await served?.answers.of(entry);
      return JSON.parse(String(bytes?.body)).output.parameters.map(({ tenantId }: { tenantId: string }) => tenantId);
    };
    return {
      ledger,
      current: () => ledger.current(),
      confirm: () => ledger.confirm(signal),
      register: (key: AnswerKey) => ledger.register(key, signal),
      reconsider: () => ledger.reconsider(signal),
      record,
      version,
      ids,
      changes,
      lines,
    };
  }
  const [first = assert.fail()] = made;
  return { tenants, store, clock, replicas: made, replica, ...first };
}

const count = (left: number): ReturnType<typeof tenantRows> => tenantRows(10).slice(10 - left);

test("serves nothing before a scan, and what it gave after it", async () => {
  const { current, record, register, ids, changes } = setUp();
  assert.equal(current(), undefined);
  assert.equal(await register(ALL), false);
  await record();
  assert.equal(await register(ALL), true);
  assert.equal((await ids()).length, 10);
  assert.equal(changes.length, 1);
});

test("leaves all as it was when a scan fails", async () => {
  const { record, register, tenants, ids, version } = setUp();
  await record();
  await register(ALL);
  tenants.failure = new Error("read timeout");
  tenants.failAfter = 3;
  await assert.rejects(record(), /read timeout/);
  assert.equal((await ids()).length, 10);
  assert.equal(version(), 1);
});

test("keeps version, snapshot and bytes while nothing changes, but is as fresh as the last scan", async () => {
  const { record, register, current, clock, store, changes } = setUp();
  await record();
  await register(ALL);
  const before = current();
  const writes = store.writes;
  await clock.advance(60_000);
  await record();
  const now = current();
  assert.equal(now?.snapshot, before?.snapshot);
  assert.equal(now?.answers, before?.answers);
  assert.equal(now?.baseline.version, before?.baseline.version);
  assert.equal(now?.completedAt, clock.now());
  assert.equal(store.writes, writes);
  assert.equal(changes.length, 1);
});

test("stores a key before it is answered, so that a restart knows what was served", async () => {
  const { record, register, tenants, replica } = setUp({ shared: false });
  await record();
  await register(ALL);
  tenants.set([]);
  const restarted = replica();
  await restarted.record();
  const entry = restarted.current()?.baseline.keys.get('["all"]');
  assert.equal(entry?.served.size, 10);
  assert.equal(entry?.refusal?.reason, "empty-table");
  assert.equal(restarted.current()?.answers.of(entry ?? assert.fail()), undefined);
});

test("knows after a restart what was held before it", async () => {
  const { record, register, tenants, replica } = setUp();
  await record();
  await register(ALL);
  tenants.set([]);
  await record();
  const restarted = replica();
  await restarted.record();
  assert.equal((await restarted.ids()).length, 10);
  tenants.set(count(10));
  tenants.spoil("t-003");
  await record();
  const third = replica();
  await third.record();
  assert.equal((await third.ids()).length, 10);
});

test("counts the keys, and takes no more than a store can hold", async () => {
  const { record, register } = setUp();
  await record();
  for (let index = 0; index < MAX_KEYS; index++) await register({ applicationSetName: `set-${index}` });
  assert.equal(await register({ applicationSetName: "set-0" }), true);
  await assert.rejects(register(ALL), (error) => error instanceof GeneratorError && error.status === 503);
});

test("forgets a key that nobody asks for, and keeps one that is asked for", async () => {
  const { record, register, current, clock } = setUp();
  await record();
  const other = { applicationSetName: "other" };
  for (const key of [ALL, other]) await register(key);
  for (let day = 0; day < 35; day++) {
    await clock.advance(86_400_000);
    await register(ALL);
    await record();
  }
  assert.deepEqual([...(current()?.baseline.keys.keys() ?? [])], ['["all"]']);
});

test("refuses a first answer on an empty registry, and says why", async () => {
  const { record, register, tenants, lines } = setUp();
  tenants.set([]);
  await record();
  await assert.rejects(register(ALL), /guard against mass deletion: the registry has no readable tenant/);
  assert.equal(lines.filter(({ message }) => message === "answer refused by the guard").length, 1);
});

test("lets an accepted snapshot pass at the next look, without another scan, and not more often than each second", async () => {
  const { record, register, reconsider, tenants, store, clock, ids, current } = setUp({ shared: false });
  await record();
  await register(ALL);
  tenants.set(count(2));
  await record();
  const hash = current()?.snapshot.hash ?? "";
  assert.equal((await ids()).length, 10);
  store.override = { hash: "0".repeat(32), until: clock.now() + 60_000 };
  assert.equal(await reconsider(), false);
  store.override = { hash, until: clock.now() + 60_000 };
  const reads = store.reads;
  assert.equal(await reconsider(), false);
  assert.equal(store.reads, reads);
  await clock.advance(1_000);
  assert.equal(await reconsider(), true);
  assert.deepEqual(await ids(), ["t-008", "t-009"]);
  assert.equal(tenants.scans, 2);
  await clock.advance(1_000);
  assert.equal(await reconsider(), false); // nothing is refused
});

test("does not take an override that has ended", async () => {
  const { record, register, reconsider, tenants, store, clock, ids, current } = setUp();
  await record();
  await register(ALL);
  tenants.set(count(2));
  await record();
  store.override = { hash: current()?.snapshot.hash ?? "", until: clock.now() + 60_000 };
  await clock.advance(60_000);
  assert.equal(await reconsider(), false);
  await record();
  assert.equal((await ids()).length, 10);
});

test("is not the newest as soon as another replica has recorded, and is again after a scan", async () => {
  const { replicas, tenants, clock } = setUp({ replicas: 2 });
  const [a = assert.fail(), b = assert.fail()] = replicas;
  for (const one of [a, b]) {
    await one.record();
    await one.register(ALL);
  }
  await clock.advance(600);
  assert.equal(await b.confirm(), true);
  tenants.set([...count(10), tenantRow("new")]);
  await a.record();
  await clock.advance(600);
  assert.equal(await b.confirm(), false);
  await b.record();
  assert.equal(b.version(), a.version());
  await clock.advance(600);
  assert.equal(await b.confirm(), true);
  assert.equal((await b.ids()).length, 11);
  assert.deepEqual([a.changes.length, b.changes.length], [2, 0]); // one of them tells of each change
});

test("takes over what another replica has recorded without a scan where the content is the same", async () => {
  const { replicas, tenants, clock } = setUp({ replicas: 2 });
  const [a = assert.fail(), b = assert.fail()] = replicas;
  await a.record();
  await a.register(ALL);
  tenants.set(count(9));
  await a.record();
  await b.record(); // the second scan that sees the removal
  assert.equal((await b.ids()).length, 9);
  const { scans } = tenants;
  await clock.advance(600);
  assert.equal(await a.confirm(), true);
  assert.equal(a.version(), b.version());
  assert.equal((await a.ids()).length, 9);
  assert.equal(tenants.scans, scans);
});

test("does not count a removal twice for scans that ran side by side", async () => {
  const { replicas, tenants } = setUp({ replicas: 2 });
  const [a = assert.fail(), b = assert.fail()] = replicas;
  for (const one of [a, b]) {
    await one.record();
    await one.register(ALL);
  }
  tenants.set(count(9));
  await Promise.all([a.record(), b.record()]);
  assert.deepEqual([(await a.ids()).length, (await b.ids()).length], [10, 10]);
  assert.equal(a.version(), b.version());
});

test("never records a scan that began before a newer one of another replica was recorded", async () => {
  const { replicas, tenants } = setUp({ replicas: 2 });
  const [a = assert.fail(), b = assert.fail()] = replicas;
  for (const one of [a, b]) {
    await one.record();
    await one.register(ALL);
  }
  const old = await takeSnapshot(tenants, signal);
  tenants.set([...count(10), tenantRow("new")]);
  const slow = Promise.withResolvers<void>();
  let isFirst = true;
  const recording = b.ledger.record(async () => {
    const now = await takeSnapshot(tenants, signal);
    if (!isFirst) return now;
    isFirst = false;
    await slow.promise;
    return { ...old, hash: "another" };
  }, signal);
  await a.record();
  slow.resolve();
  await recording;
  assert.equal(isFirst, false);
  assert.equal((await b.ids()).length, 11);
  assert.equal(b.version(), a.version());
});

test("gives up when others are faster again and again", async () => {
  const { record, store } = setUp();
  let version = 0;
  store.beforeWrite = () =>
    store.put({ version: ++version, hash: `h${version}`, table: "filled", keys: new Map(), rows: new Map() });
  await assert.rejects(record(), /other replicas were faster 3 times/);
});

test("takes keys of other replicas over, and registers its own beside them", async () => {
  const { replicas } = setUp({ replicas: 2 });
  const [a = assert.fail(), b = assert.fail()] = replicas;
  await a.record();
  await b.record();
  await a.register({ applicationSetName: "a" });
  assert.equal(await b.register({ applicationSetName: "b" }), true);
  assert.deepEqual([...(b.current()?.baseline.keys.keys() ?? [])], ['["a"]', '["b"]']);
  assert.equal(a.version(), b.version());
});

test("keeps a key that is registered while a scan runs", async () => {
  for (const shared of [true, false]) {
    const { record, register, tenants, ids } = setUp({ shared });
    await record();
    const slow = Promise.withResolvers<void>();
    tenants.gate = slow.promise;
    tenants.set([...count(10), tenantRow("new")]);
    const recording = record();
    await register(ALL);
    slow.resolve();
    await recording;
    assert.equal((await ids()).length, 11);
    assert.equal(tenants.scans, 2);
  }
});

test("cannot tell whether it is the newest while a shared store cannot be read, and records nothing", async () => {
  const { record, confirm, store, clock } = setUp();
  await record();
  store.failRead = new Error("unavailable");
  await clock.advance(1_000);
  await assert.rejects(confirm(), /read baseline from memory/);
  await assert.rejects(record(), /read baseline from memory/);
});

test("guards what it has served when a shared store was lost and begun anew by a replica that knew nothing", async () => {
  const { record, register, replica, store, tenants, clock, ids, confirm } = setUp();
  await record();
  await register(ALL);
  store.put(undefined);
  tenants.set(count(1));
  const stranger = replica();
  await stranger.record();
  await stranger.register(ALL);
  await clock.advance(600);
  assert.equal(await confirm(), false);
  await record();
  assert.equal((await ids()).length, 10);
  await clock.advance(600);
  await stranger.record();
  assert.equal((await stranger.ids()).length, 10);
});
