import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { GeneratorError } from "../../../src/generator/refusal.ts";
import { CANADA, generatorIn, SECOND, SETTINGS, whileTimePasses, world } from "../../helpers/generator-world.ts";
import { ACME, BETA, EPSILON, tenantRow, tenantRows } from "../../helpers/memory-store.ts";

function running(t: TestContext, generator: { run(signal: AbortSignal): Promise<void> }): () => Promise<void> {
  const controller = new AbortController();
  const run = generator.run(controller.signal);
  const stop = async (): Promise<void> => {
    controller.abort();
    await run;
  };
  t.after(stop);
  return stop;
}

const is503 = (pattern: RegExp) => (error: unknown) =>
  error instanceof GeneratorError && error.status === 503 && pattern.test(error.message) && error.message.length < 300;

test("answers with every enabled tenant", async () => {
  const { scan, settled } = generatorIn(world());
  await scan();
  for (const parameters of [undefined, {}, { other: [1, 2] }]) {
    assert.deepEqual(await settled(parameters), [ACME, BETA, EPSILON]);
  }
});

test("answers with the tenants that a filter lets through, and an empty list where it lets none", async () => {
  const { scan, settled } = generatorIn(world());
  await scan();
  assert.deepEqual(await settled(CANADA), [ACME]);
  for (const filterLabelValue of ["CA-Central-1", "ca-central-1 "]) {
    assert.deepEqual(await settled({ ...CANADA, filterLabelValue }, "never-seen"), []);
  }
});

test("refuses a wrong input without looking at the registry", async () => {
  const here = world();
  const { answer } = generatorIn(here);
  await assert.rejects(
    answer({ filterLabelKey: "region" }),
    (error) => error instanceof GeneratorError && error.status === 400,
  );
  assert.equal(here.store.scans, 0);
});

test("tells version, age and hash of the snapshot with each answer", async () => {
  const here = world();
  const { scan, answer } = generatorIn(here);
  await scan();
  await here.clock.advance(1_500);
  const one = await answer();
  assert.deepEqual([one.snapshot.id, one.snapshot.ageMs], ["1", 1_500]);
  assert.match(one.snapshot.hash, /^[0-9a-f]{32}$/);
  await scan();
  const two = await answer();
  assert.deepEqual(two.snapshot, { ...one.snapshot, ageMs: 0 });
  assert.equal(two.body, one.body);
  here.clock.jump(-60_000);
  assert.equal((await answer()).snapshot.ageMs, 0);
});

test("waits for a first snapshot, however many ask, with one scan", async () => {
  const here = world();
  const gate = Promise.withResolvers<void>();
  here.store.gate = gate.promise;
  const { answer, scan, refresh } = generatorIn(here);
  const scanning = [scan(), refresh(), refresh()];
  const asked = Array.from({ length: 20 }, (_, index) => answer(undefined, `set-${index}`));
  await here.clock.advance(19 * SECOND);
  gate.resolve();
  await Promise.all(scanning);
  const bodies = await Promise.all(asked);
  assert.equal(new Set(bodies.map(({ body }) => body)).size, 1);
  assert.equal(here.store.scans, 1);
});

test("gives up waiting for a first snapshot before its caller does", async () => {
  const here = world();
  here.store.gate = new Promise(() => undefined);
  const { answer, refresh, ready } = generatorIn(here);
  void refresh().catch(() => undefined);
  const refused = assert.rejects(answer(), is503(/^there is no snapshot of the tenants yet$/));
  await here.clock.advance(20 * SECOND);
  await refused;
  assert.equal(ready(), "no snapshot yet");
  await here.clock.advance(100 * SECOND); // a scan that hangs is given up as well
  assert.match(String(ready()), /no snapshot yet: /);
});

test("stops waiting when its caller has gone", async () => {
  const here = world();
  const { generator } = generatorIn(here);
  const caller = new AbortController();
  const refused = assert.rejects(
    generator.answer({ applicationSetName: "a", parameters: {} }, caller.signal),
    GeneratorError,
  );
  caller.abort();
  await refused;
  assert.equal(here.clock.pending(), 0);
});

test("has no answer from a scan that failed half way, and keeps the last one from before", async () => {
  const here = world();
  const { refresh, answer, settled, ready } = generatorIn(here);
  here.store.failure = new Error("read timeout");
  here.store.failAfter = 1;
  await assert.rejects(refresh(), /take snapshot of memory/);
  assert.equal(ready(), "no snapshot yet: read timeout");
  const refused = assert.rejects(answer(), is503(/^there is no snapshot/));
  await here.clock.advance(20 * SECOND);
  await refused;
  here.store.failure = undefined;
  await refresh();
  assert.equal(ready(), true);
  assert.deepEqual(await settled(), [ACME, BETA, EPSILON]);
  here.store.failure = new Error("read timeout");
  await assert.rejects(refresh());
  assert.deepEqual(await settled(), [ACME, BETA, EPSILON]);
});

test("serves the last good snapshot until it is too old, and never an empty one after an outage", async () => {
  const here = world();
  const { scan, refresh, ids, ready, answer } = generatorIn(here);
  await scan();
  assert.deepEqual(await ids(), ["acme", "beta", "epsilon"]);
  here.store.failure = new Error("all hosts are down");
  await assert.rejects(refresh());
  await here.clock.advance(300 * SECOND);
  assert.deepEqual(await ids(), ["acme", "beta", "epsilon"]);
  assert.equal(ready(), true);
  await here.clock.advance(SECOND);
  assert.equal(await ids(), "503 the last snapshot of the tenants is 301 s old, and served for 300 s only");
  assert.equal(ready(), "the last snapshot is 301 s old: all hosts are down");
  here.store.failure = undefined;
  await scan();
  assert.equal((await answer()).snapshot.ageMs, 0);
});

test("takes snapshots on its interval, and when the registry says that it has changed, also during a scan", async (t) => {
  const here = world();
  const { generator, ids } = generatorIn(here);
  running(t, generator);
  await here.clock.advance(0);
  assert.equal(here.store.scans, 1);
  await here.clock.advance(30 * SECOND);
  assert.equal(here.store.scans, 2);
  const gate = Promise.withResolvers<void>();
  here.store.gate = gate.promise;
  here.store.tell();
  await here.clock.advance(0);
  assert.equal(here.store.scans, 3);
  here.store.tell();
  await here.clock.advance(0);
  here.store.rows.set("new", { ok: true, row: tenantRow("new") });
  gate.resolve();
  await here.clock.advance(0);
  assert.equal(here.store.scans, 4);
  assert.equal(here.store.mostAtOnce, 1);
  assert.deepEqual(await ids(), ["acme", "beta", "epsilon", "new"]);
});

test("backs off while the registry is away, and recovers by itself", async (t) => {
  const here = world();
  here.store.failure = new Error("connection refused");
  const { generator, ready, lines } = generatorIn(here);
  running(t, generator);
  await here.clock.advance(60 * SECOND);
  assert.ok(here.store.scans >= 6 && here.store.scans < 12, `${here.store.scans} scans`);
  assert.equal(ready(), "no snapshot yet: connection refused");
  assert.equal(lines[0]?.message, "snapshot failed; what was served before stays");
  here.store.failure = undefined;
  await here.clock.advance(15 * SECOND);
  assert.equal(ready(), true);
});

test("stops at once, in the middle of a scan", async (t) => {
  const here = world();
  here.store.gate = new Promise(() => undefined);
  const { generator } = generatorIn(here);
  const stop = running(t, generator);
  await here.clock.advance(0);
  await stop();
  assert.equal(here.clock.pending(), 0);
});

test("keeps every tenant when the table is emptied, and says so: metric, log line and report", async () => {
  for (const mode of ["hold", "fail"] as const) {
    const here = world();
    here.store.set(tenantRows(100));
    const { scan, ids, lines, reports, metrics } = generatorIn(here, { guard: { ...SETTINGS.guard, mode } });
    await scan();
    assert.equal((await ids()).length, 100);
    here.store.set([]);
    await scan(5);
    const got = await ids();
    if (mode === "hold") assert.equal(got.length, 100);
    else
      assert.match(
        String(got),
        /^503 guard against mass deletion: the registry has no readable tenant \(100 of 100, allowed 10\); snapshot [0-9a-f]{32}$/,
      );
    assert.equal(reports.length, 1);
    assert.equal(reports[0]?.reason, "empty-table");
    assert.equal(lines.filter(({ message }) => message === "answer refused by the guard").length, 1);
    const { body } = await metrics.scrape();
    assert.match(body, /landlord_generator_refusals_total\{reason="empty-table"\} 5/);
    assert.match(body, /landlord_generator_refused_answers 1/);
    assert.match(body, /landlord_generator_held_tenants 100/);
    assert.match(String(await ids(CANADA, "new")), /^503 guard/); // no answer begins on such a snapshot either
    here.store.set(tenantRows(101));
    await scan();
    assert.equal((await ids()).length, 101);
  }
});

test("gives the empty list on the next request when an operator has accepted it", async () => {
  const here = world();
  here.store.set(tenantRows(100));
  const { scan, ids, reports } = generatorIn(here);
  await scan();
  await ids();
  here.store.set([]);
  await scan();
  assert.equal((await ids()).length, 100);
  here.baseline.override = { hash: reports[0]?.hash ?? "", until: here.clock.now() + 60 * SECOND };
  await here.clock.advance(SECOND);
  assert.deepEqual(await ids(), []);
  assert.deepEqual(await ids(undefined, "another"), []);
  assert.deepEqual(
    await generatorIn(here)
      .scan()
      .then(() => ids()),
    [],
  );
});

test("lets a disabled tenant go at once, without a word of the guard", async () => {
  const here = world();
  here.store.set(tenantRows(100));
  const { scan, ids, reports } = generatorIn(here);
  await scan();
  await ids();
  here.store.rows.set("t-050", { ok: true, row: tenantRow("t-050", { enabled: false }) });
  await scan();
  const got = await ids();
  assert.equal(got.length, 99);
  assert.equal(got.includes("t-050"), false);
  assert.deepEqual(reports, []);
});

test("serves a tenant whose row has turned bad as it was, and leaves out a new one", async () => {
  const here = world();
  const { scan, settled } = generatorIn(here);
  await scan();
  const before = await settled();
  here.store.spoil("acme");
  here.store.spoil("new");
  await scan(5);
  assert.deepEqual(await settled(), before);
  assert.deepEqual(await settled(CANADA, "begun-later"), []);
});

test("does not let previews, or whoever asks, move what is guarded", async () => {
  const here = world();
  here.store.set(tenantRows(100));
  const { scan, ids } = generatorIn(here);
  await scan();
  await ids();
  here.store.set(tenantRows(50));
  await scan();
  for (let time = 0; time < 10; time++) assert.equal((await ids({ allowEmpty: true, maxRemovals: 100 })).length, 100);
  await scan();
  assert.equal((await ids()).length, 100);
});

test("guards after a restart what was served before it", async () => {
  const here = world();
  here.store.set(tenantRows(100));
  const first = generatorIn(here);
  await first.scan();
  await first.ids();
  here.store.set(tenantRows(50));
  const second = generatorIn(here);
  await second.scan(3);
  assert.match(String(await second.ids()), /^503 guard against mass deletion: tenants that were served before/);
  here.store.set(tenantRows(100));
  await second.scan();
  assert.equal((await second.ids()).length, 100);
});

test("refuses an empty answer, and gives others, while its own baseline cannot be read", async () => {
  const here = world();
  here.baseline.failRead = new Error("permission denied");
  const { scan, ids, ready } = generatorIn(here);
  await scan();
  assert.equal(ready(), true);
  assert.deepEqual(await ids(), ["acme", "beta", "epsilon"]);
  assert.match(String(await ids({ ...CANADA, filterLabelValue: "nowhere" })), /^503 guard/);
  here.baseline.failRead = undefined;
  await scan();
  assert.deepEqual(await ids({ ...CANADA, filterLabelValue: "nowhere" }), []);
});

test("gives no answer while a shared baseline cannot be read: another replica may have served more", async () => {
  const here = world({ shared: true });
  const { scan, ids } = generatorIn(here);
  await scan();
  assert.deepEqual(await ids(), ["acme", "beta", "epsilon"]);
  here.baseline.failRead = new Error("unavailable");
  await here.clock.advance(SECOND);
  assert.equal(await ids(), "503 it cannot be told whether the snapshot of the tenants is the newest");
});

test("never answers with an older snapshot than another replica has", async () => {
  const here = world({ shared: true });
  const [a, b] = [generatorIn(here), generatorIn(here)];
  await a.scan();
  await b.scan();
  assert.deepEqual(await b.ids(), ["acme", "beta", "epsilon"]);
  here.store.rows.set("new", { ok: true, row: tenantRow("new") });
  await a.scan();
  assert.deepEqual(await a.ids(), ["acme", "beta", "epsilon", "new"]);
  const { scans } = here.store;
  assert.deepEqual(await b.ids(), ["acme", "beta", "epsilon", "new"]);
  assert.equal(here.store.scans, scans + 1); // it has looked for itself
  here.store.rows.set("newer", { ok: true, row: tenantRow("newer") });
  await a.scan();
  assert.deepEqual(await a.ids(), ["acme", "beta", "epsilon", "new", "newer"]);
  here.store.failure = new Error("all hosts are down");
  assert.match(String(await b.ids()), /^503 it cannot be told/);
  assert.deepEqual(await a.ids(), ["acme", "beta", "epsilon", "new", "newer"]);
});

test("waits with a version that it has just learned of until no other replica answers with the one before", async () => {
  const here = world({ shared: true });
  const limits = { guard: { ...SETTINGS.guard, scans: 9 } };
  const [a, b, c] = [generatorIn(here, limits), generatorIn(here, limits), generatorIn(here, limits)];
  for (const replica of [a, b, c]) await replica.scan();
  await a.ids();
  here.store.rows.delete("beta");
  for (const replica of [a, c]) await replica.scan(); // each counts the removal once more, and so has a new version
  await a.ids();
  await here.clock.advance(SECOND);
  const before = (await c.answer()).snapshot.id;
  await b.scan();
  const answered: string[] = [];
  const late = a.answer().then(({ snapshot: { id } }) => answered.push(id));
  await sleep(20);
  assert.equal((await c.answer()).snapshot.id, before); // it may rely on that for half a second
  assert.deepEqual(answered, []);
  await whileTimePasses(here.clock, late);
  assert.deepEqual(answered, [String(Number(before) + 1)]);
});

test("tells of each change of an answer, and of nothing else", async () => {
  const here = world();
  const { scan, ids, generator } = generatorIn(here);
  const told: string[] = [];
  generator.subscribe(({ id }) => void told.push(id));
  await scan();
  await ids();
  await scan();
  assert.deepEqual(told, ["1"]);
  here.store.rows.delete("beta");
  await scan();
  await scan();
  assert.deepEqual(told, ["1", "2", "3"]); // the row's end, and two scans later the tenant's
  assert.deepEqual(await ids(), ["acme", "epsilon"]);
});

test("answers 2,500 tenants in order, from one scan", async () => {
  const here = world();
  here.store.set(tenantRows(2_500).toReversed());
  const { scan, answer, ids } = generatorIn(here);
  await scan();
  const all = await Promise.all(Array.from({ length: 20 }, () => answer()));
  assert.equal(new Set(all.map(({ body }) => body)).size, 1);
  const got = await ids();
  assert.deepEqual(
    got,
    tenantRows(2_500)
      .map(({ tenantId }) => tenantId)
      .toSorted((a, b) => (a < b ? -1 : 1)),
  );
  assert.equal(here.store.scans, 1);
});

test("rows are told of once each time they change, also where it was recorded before: after a restart, or by another replica", async () => {
  const here = world();
  await generatorIn(here).scan();
  const { generator, scan } = generatorIn(here);
  const told: string[] = [];
  generator.subscribe(() => void told.push("answers"));
  generator.subscribeRows(() => void told.push("rows"));
  assert.equal(generator.row("acme"), undefined);
  await scan(2);
  assert.deepEqual(told, ["rows"]);
  assert.deepEqual([generator.row("acme")?.tenantId, generator.row("nobody")], ["acme", undefined]);
  here.store.rows.delete("acme");
  await scan(2);
  assert.deepEqual(told.filter((what) => what === "rows").length, 2);
  assert.equal(generator.row("acme"), undefined);
});
