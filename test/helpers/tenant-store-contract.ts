// What every tenant store promises, as tests: run for each store of the list, and over the real database.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Row, TenantRow } from "../../src/tenants/row.ts";
import type { TenantStore } from "../../src/tenants/store.ts";
import { collect } from "./collect.ts";
import type { TableRow } from "./cql-table.ts";
import { FIXTURE, numberedRow, rowOf } from "./tenant-rows.ts";

/** A store that holds exactly these rows; it is closed with the test. */
export type OpenStore = (t: TestContext, rows: readonly TableRow[]) => Promise<TenantStore>;

const { signal } = new AbortController();
const idOf = (row: Row): string => (row.ok ? row.row.tenantId : row.bad.tenantId);
const byId = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
const good = (row: TenantRow): Row => ({ ok: true, row });
const goodRows = (rows: readonly TableRow[]): Row[] => byId(rows.map((row) => good(rowOf(row))));
const scan = async (store: TenantStore): Promise<Row[]> => byId(await collect(store.scan(signal)));

const STRANGE = Object.fromEntries([
  ["__proto__", "a"],
  ["constructor", ""],
  ["", "no name"],
  ["10", "ten"],
  ["true", "null"],
  ["# no comment", "- a: 'b'\n\"c\"\t\\"],
  ["ключ", "値 🦆"],
]);

export function tenantStoreContract(
  name: string,
  open: OpenStore,
  { skip = false }: { skip?: string | false } = {},
): void {
  describe(`the tenant store ${name}`, { skip }, () => {
    it("has its name", async (t) => {
      assert.equal((await open(t, [])).name, name);
    });

    it("scans every row, enabled or not, as often as it is asked", async (t) => {
      const store = await open(t, FIXTURE);
      for (let time = 0; time < 2; time++) assert.deepEqual(await scan(store), goodRows(FIXTURE));
    });

    it("scans nothing where there is nothing", async (t) => {
      assert.deepEqual(await scan(await open(t, [])), []);
    });

    it("scans more rows than fit on a page, each once", async (t) => {
      const rows = Array.from({ length: 37 }, (_, number) => numberedRow(number));
      assert.deepEqual(await scan(await open(t, rows)), goodRows(rows));
    });

    it("flags a bad row, with whose it is and what is wrong, and gives all others", async (t) => {
      const bad = { ...numberedRow(1), namespace: null, repo_url: " " };
      const off = { ...numberedRow(2), enabled: false, target_cluster: null };
      const strange = { ...numberedRow(3), tenant_id: "Not A Label" };
      const store = await open(t, [...FIXTURE, bad, off, strange]);
      const rows = await scan(store);
      assert.deepEqual(
        rows.filter(({ ok }) => ok),
        goodRows(FIXTURE),
      );
      const flagged = rows.flatMap((row) => (row.ok ? [] : [row.bad]));
      assert.deepEqual(
        flagged.map(({ tenantId, enabled, faults }) => [tenantId, enabled, faults.length]),
        [
          ["Not A Label", true, 1],
          ["t-1", true, 2],
          ["t-2", false, 1],
        ],
      );
      assert.ok(flagged.every(({ faults }) => faults.every(({ column, message }) => column !== "" && message !== "")));
      const found = await store.get("t-1", signal);
      assert.ok(found?.ok === false);
    });

    it("finds one tenant by its id, and none that is not there", async (t) => {
      const store = await open(t, FIXTURE);
      for (const row of FIXTURE) assert.deepEqual(await store.get(row.tenant_id, signal), good(rowOf(row)));
      for (const id of ["nobody", "", "constructor", "__proto__", "acme ", "ACME", "' OR 1=1 --"]) {
        assert.equal(await store.get(id, signal), undefined, id);
      }
    });

    it("adds a tenant, and replaces all of one that is there", async (t) => {
      const store = await open(t, FIXTURE);
      const added = { ...rowOf(numberedRow(1)), params: { a: "b" }, labels: { c: "d" } };
      await store.put(added, signal);
      assert.deepEqual(await scan(store), byId([...goodRows(FIXTURE), good(added)]));
      const replaced = { ...added, enabled: false, namespace: "other", params: {}, labels: { e: "f" } };
      await store.put(replaced, signal);
      assert.deepEqual(await store.get("t-1", signal), good(replaced));
      assert.deepEqual(await scan(store), byId([...goodRows(FIXTURE), good(replaced)]));
    });

    it("mends a row that was bad", async (t) => {
      const store = await open(t, [{ ...numberedRow(1), repo_path: null }]);
      await store.put(rowOf(numberedRow(1)), signal);
      assert.deepEqual(await scan(store), goodRows([numberedRow(1)]));
    });

    it("keeps any key and any text in its maps", async (t) => {
      const store = await open(t, FIXTURE);
      const row = { ...rowOf(FIXTURE[1]!), labels: STRANGE, params: STRANGE };
      await store.put(row, signal);
      for (const found of [await store.get("beta", signal), (await scan(store))[1]]) {
        assert.ok(found?.ok === true);
        for (const map of [found.row.labels, found.row.params]) {
          assert.deepEqual(new Map(Object.entries(map)), new Map(Object.entries(STRANGE)));
        }
      }
    });

    it("refuses to write a row that is bad, and says what is wrong", async (t) => {
      const store = await open(t, FIXTURE);
      const row = { ...rowOf(FIXTURE[0]!), namespace: "Not A Label", repoPath: "" };
      await assert.rejects(
        store.put(row, signal),
        /^TerminalError: write tenant "acme": namespace must .*; repo_path must not be blank$/,
      );
      assert.deepEqual(await scan(store), goodRows(FIXTURE));
    });

    it("removes a tenant, and says whether there was one", async (t) => {
      const store = await open(t, FIXTURE);
      assert.deepEqual([await store.remove("acme", signal), await store.remove("acme", signal)], [true, false]);
      assert.equal(await store.remove("nobody", signal), false);
      assert.deepEqual(await scan(store), goodRows(FIXTURE.slice(1)));
    });

    it("has no tenant without an id", async (t) => {
      const store = await open(t, FIXTURE);
      assert.equal(await store.get("", signal), undefined);
      assert.equal(await store.remove("", signal), false);
    });

    it("loses nothing that is written side by side", async (t) => {
      const store = await open(t, FIXTURE);
      const rows = Array.from({ length: 10 }, (_, number) => numberedRow(number));
      await Promise.all(rows.map((row) => store.put(rowOf(row), signal)));
      assert.deepEqual(await scan(store), byId([...goodRows(FIXTURE), ...goodRows(rows)]));
    });

    it("does nothing for those who do not want it any more", async (t) => {
      const store = await open(t, FIXTURE);
      const gone = AbortSignal.abort(new Error("enough"));
      await assert.rejects(collect(store.scan(gone)));
      await assert.rejects(store.get("acme", gone));
      await assert.rejects(store.put(rowOf(numberedRow(1)), gone));
      await assert.rejects(store.remove("acme", gone));
      assert.deepEqual(await scan(store), goodRows(FIXTURE));
    });

    it("throws rather than end early when a scan is stopped in the middle", async (t) => {
      const store = await open(t, FIXTURE);
      const stop = new AbortController();
      const seen: Row[] = [];
      const reading = (async () => {
        for await (const row of store.scan(stop.signal)) {
          seen.push(row);
          stop.abort();
        }
      })();
      await assert.rejects(reading);
      assert.equal(seen.length, 1);
    });

    it("does not mind a reader who has seen enough", async (t) => {
      const store = await open(t, FIXTURE);
      for await (const _ of store.scan(signal)) break;
      assert.deepEqual(await scan(store), goodRows(FIXTURE));
    });

    it("takes a listener, and does not call it for nothing", async (t) => {
      const store = await open(t, FIXTURE);
      let told = 0;
      store.subscribe(() => told++);
      await scan(store);
      await scan(store);
      assert.equal(told, 0);
    });

    it("fails when it is closed, and may be closed twice", async (t) => {
      const store = await open(t, FIXTURE);
      await scan(store);
      await store.close();
      await store.close();
      await assert.rejects(collect(store.scan(signal)), /closed/);
      await assert.rejects(store.get("acme", signal), /closed/);
      await assert.rejects(store.put(rowOf(numberedRow(1)), signal), /closed/);
      await assert.rejects(store.remove("acme", signal), /closed/);
    });
  });
}
