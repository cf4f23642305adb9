import assert from "node:assert/strict";
import { readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { systemClock } from "../../../src/model/clock.ts";
import { type Row, type TenantRow } from "../../../src/tenants/row.ts";
import { createTextStore, idOf, type TextFormat } from "../../../src/tenants/text-store.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { collect } from "../../helpers/collect.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createTestLog } from "../../helpers/log.ts";
import { scratch } from "../../helpers/scratch.ts";
import { numberedRow, rowOf } from "../../helpers/tenant-rows.ts";

const signal = new AbortController().signal;
const tenant = (id: string): TenantRow => ({ ...rowOf(numberedRow(1)), tenantId: id });

/** One id a line; a line with a "!" makes the whole text bad. */
const lines: TextFormat = {
  read(text) {
    if (text.includes("!")) throw new Error("line 1, column 1: bad");
    return text
      .split("\n")
      .filter(Boolean)
      .map((id): Row => ({ ok: true, row: tenant(id) }));
  },
  write(text, change) {
    const ids = text.split("\n").filter(Boolean);
    if ("remove" in change) return `${ids.filter((id) => id !== change.remove).join("\n")}\n`;
    return `${[...ids.filter((id) => id !== change.put.tenantId), change.put.tenantId].join("\n")}\n`;
  },
};

async function setup(t: TestContext, text: string | undefined, format = lines) {
  const path = join(await scratch(t), "tenants");
  if (text !== undefined) await writeFile(path, text);
  // ahead of the file system, so that every file is old and settled
  const clock = createTestClock(Date.now() + 3_600_000);
  const { log, lines: logged } = createTestLog();
  const store = createTextStore({ name: "text", path, format, timing: { pollMs: 1_000, settleMs: 1 }, clock, log });
  t.after(() => store.close());
  const ids = async (): Promise<string> => (await collect(store.scan(signal))).map(idOf).join();
  return { path, clock, logged, store, ids };
}

describe("a tenant store over a text file", () => {
  it("gives what is in the file, whenever it is asked", async (t) => {
    const { path, ids } = await setup(t, "a\nb\n");
    assert.equal(await ids(), "a,b");
    await writeFile(path, "b\nc\n");
    assert.equal(await ids(), "b,c");
  });

  it("reads the text again only when the file has changed", async (t) => {
    let reads = 0;
    const counting = { ...lines, read: (text: string) => (reads++, lines.read(text)) };
    const { path, ids, store } = await setup(t, "a\n", counting);
    await ids();
    await ids();
    await store.get("a", signal);
    assert.equal(reads, 1);
    await utimes(path, 1, 1); // touched, but the text is the same
    await ids();
    assert.equal(reads, 1);
  });

  it("keeps the last good version while the file is bad, and says so once for each bad version", async (t) => {
    const { path, ids, logged } = await setup(t, "a\n");
    await ids();
    for (const bad of ["!\n", "!!\n"]) {
      await writeFile(path, bad);
      assert.equal(await ids(), "a");
      assert.equal(await ids(), "a");
    }
    const refusals = logged.filter(({ level }) => level === "error");
    assert.deepEqual(
      refusals.map(({ message, fields }) => [message, fields["reason"]]),
      Array.from({ length: 2 }, () => [
        "tenants file refused: the last good one stays in force",
        `read ${path}: line 1, column 1: bad`,
      ]),
    );
    await writeFile(path, "c\n");
    assert.equal(await ids(), "c");
  });

  it("throws for a bad file as long as there was no good one", async (t) => {
    const { path, ids, store } = await setup(t, "!\n");
    for (let time = 0; time < 2; time++) await assert.rejects(ids(), /line 1, column 1: bad/);
    await assert.rejects(store.get("a", signal), /line 1, column 1: bad/);
    await writeFile(path, "a\n");
    assert.equal(await ids(), "a");
  });

  it("throws for a file that is not there: that is no empty list", async (t) => {
    const { path, ids } = await setup(t, undefined);
    await assert.rejects(ids(), { message: `read ${path}: no such file` });
    await writeFile(path, "a\n");
    assert.equal(await ids(), "a");
    await rm(path);
    await assert.rejects(ids(), { message: `read ${path}: no such file` });
    await writeFile(path, "b\n");
    assert.equal(await ids(), "b");
  });

  it("tells its listeners when the file has changed, and only then", async (t) => {
    const { path, clock, store, ids } = await setup(t, "a\n");
    let told = 0;
    store.subscribe(() => told++);
    store.subscribe(() => {
      throw new Error("a bad listener");
    });
    store.subscribe(() => told++);
    await ids();
    const poll = async (): Promise<void> => {
      await clock.advance(1_000);
      await eventually("it waits again", () => clock.pending() === 1);
    };
    await poll();
    assert.equal(told, 0);
    await writeFile(path, "a\nb\n");
    await poll();
    assert.equal(told, 2);
    await utimes(path, 1, 1);
    await poll();
    await writeFile(path, "!\n");
    await poll();
    assert.equal(told, 2);
    await writeFile(path, "a\nb\n");
    await poll();
    assert.equal(told, 2);
    await writeFile(path, "c\n");
    await poll();
    assert.equal(told, 4);
  });

  it("says once that the file cannot be read, and tells when it is back", async (t) => {
    const { path, clock, store, logged, ids } = await setup(t, "a\n");
    let told = 0;
    store.subscribe(() => told++);
    await ids();
    const poll = async (): Promise<void> => {
      await clock.advance(1_000);
      await eventually("it waits again", () => clock.pending() === 1);
    };
    await rm(path);
    await poll();
    await poll();
    assert.deepEqual(
      logged.map(({ message }) => message),
      ["tenants file cannot be read"],
    );
    await writeFile(path, "b\n");
    await poll();
    assert.equal(told, 1);
  });

  it("tells when a file appears that was missing from the start", async (t) => {
    const { path, clock, store, ids } = await setup(t, undefined);
    let told = 0;
    store.subscribe(() => told++);
    await assert.rejects(ids());
    await writeFile(path, "a\n");
    await clock.advance(1_000);
    await eventually("it tells", () => told === 1);
  });

  it("writes one change after the other, and tells of its own too", async (t) => {
    const { path, store, ids } = await setup(t, "a\n");
    let told = 0;
    store.subscribe(() => told++);
    await ids();
    const puts = ["b", "c", "d"].map((id) => store.put(tenant(id), signal));
    const removed = store.remove("a", signal);
    await Promise.all(puts);
    assert.deepEqual([await removed, await store.remove("a", signal)], [true, false]);
    assert.equal(await readFile(path, "utf8"), "b\nc\nd\n");
    assert.equal(told, 4);
  });

  it("loses nothing that others write at the same time", async (t) => {
    let disturb: (() => Promise<void>) | undefined;
    const { path, store, ids } = await setup(t, "a\n", {
      ...lines,
      write(text, change) {
        const next = lines.write(text, change);
        void disturb?.();
        return next;
      },
    });
    // another process, in the very moment between reading and writing
    disturb = async () => {
      disturb = undefined;
      await writeFile(path, "a\nother\n");
    };
    await store.put(tenant("b"), signal);
    assert.equal(await ids(), "a,other,b");
  });

  it("refuses to write into a bad file, a missing one, and a bad row into any", async (t) => {
    const bad = await setup(t, "!\n");
    await assert.rejects(bad.store.put(tenant("a"), signal), /line 1, column 1: bad/);
    assert.equal(await readFile(bad.path, "utf8"), "!\n");
    const missing = await setup(t, undefined);
    await assert.rejects(missing.store.put(tenant("a"), signal), /no such file/);
    const good = await setup(t, "a\n");
    await assert.rejects(good.store.put({ ...tenant("b"), namespace: "" }, signal), /namespace must not be blank/);
    assert.equal(await readFile(good.path, "utf8"), "a\n");
  });

  it("goes on after a write that failed", async (t) => {
    const { path, store } = await setup(t, "!\n");
    await assert.rejects(store.put(tenant("a"), signal));
    await writeFile(path, "a\n");
    await store.put(tenant("b"), signal);
    assert.equal(await readFile(path, "utf8"), "a\nb\n");
  });

  it("stops looking when it is closed, and answers nobody any more", async (t) => {
    const { clock, store, ids } = await setup(t, "a\n");
    store.subscribe(() => assert.fail("told after the end"));
    await store.close();
    assert.equal(clock.pending(), 0);
    await assert.rejects(ids(), /the store is closed/);
    await assert.rejects(store.put(tenant("b"), signal), /the store is closed/);
  });

  it("works by the machine's clock too", async (t) => {
    const path = join(await scratch(t), "tenants");
    await writeFile(path, "a\n");
    const { log } = createTestLog();
    const timing = { pollMs: 5, settleMs: 5 };
    const store = createTextStore({ name: "text", path, format: lines, timing, clock: systemClock, log });
    t.after(() => store.close());
    let told = 0;
    store.subscribe(() => told++);
    await collect(store.scan(signal));
    await writeFile(path, "b\n");
    await eventually("it tells", () => told === 1);
  });
});
