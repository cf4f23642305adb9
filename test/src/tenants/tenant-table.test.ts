import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { COLUMN_NAMES, columnsFault, type DescribedColumn, tenantTable } from "../../../src/tenants/tenant-table.ts";
import { FIXTURE, rowOf } from "../../helpers/tenant-rows.ts";

const NAMES = "tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params";
const TEXT = { code: 0x0d };
const MAP = { code: 0x21, info: [TEXT, { code: 0x0a }] };
const GOOD: DescribedColumn[] = COLUMN_NAMES.map((name) => ({
  name,
  type: name === "enabled" ? { code: 0x04 } : name === "labels" || name === "params" ? MAP : TEXT,
}));
const withType = (name: string, type: DescribedColumn["type"]): DescribedColumn[] =>
  GOOD.map((column) => (column.name === name ? { name, type } : column));

describe("the table of tenants", () => {
  it("is read whole, without a predicate", () => {
    assert.deepEqual(tenantTable("tenant_ops", "tenant_configs").scan, {
      cql: `SELECT ${NAMES} FROM "tenant_ops"."tenant_configs"`,
      values: [],
      hints: [],
    });
  });

  it("is asked for one tenant, and rid of it, by its id", () => {
    const table = tenantTable("k", "t");
    assert.deepEqual(table.get("acme"), {
      cql: `SELECT ${NAMES} FROM "k"."t" WHERE tenant_id = ?`,
      values: ["acme"],
      hints: ["text"],
    });
    assert.deepEqual(table.remove("acme"), {
      cql: `DELETE FROM "k"."t" WHERE tenant_id = ?`,
      values: ["acme"],
      hints: ["text"],
    });
  });

  it("is given all columns of a tenant, each with its type", () => {
    const { cql, values, hints } = tenantTable("k", "t").put(rowOf(FIXTURE[0]!));
    assert.equal(cql, `INSERT INTO "k"."t" (${NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    assert.deepEqual(values, Object.values(FIXTURE[0]!));
    assert.deepEqual(hints, ["text", "boolean", "text", "text", "text", "text", "map<text, text>", "map<text, text>"]);
  });

  it("has its name quoted", () => {
    assert.match(tenantTable('a"; DROP', "T").scan.cql, / FROM "a""; DROP"\."T"$/);
  });

  it("is right if all columns are there with their types, and others besides", () => {
    assert.equal(columnsFault(GOOD), undefined);
    assert.equal(columnsFault([{ name: "created_at", type: { code: 0x0b } }, ...GOOD.toReversed()]), undefined);
    assert.equal(columnsFault(withType("repo_url", { code: 0x01 })), undefined);
  });

  for (const [name, type, found] of [
    ["tenant_id", { code: 0x0c }, "uuid, but must be text"],
    ["enabled", TEXT, "text, but must be boolean"],
    ["labels", { code: 0x20, info: TEXT }, "list<text>, but must be map<text, text>"],
    ["params", { code: 0x21, info: [TEXT, { code: 0x09 }] }, "map<text, int>, but must be map<text, text>"],
    ["namespace", { code: 0x99 }, "of another type, but must be text"],
  ] as const) {
    it(`is wrong if column ${name} is ${found}`, () => {
      assert.equal(columnsFault(withType(name, type)), `column ${name} is ${found}`);
    });
  }

  it("is wrong if columns are missing", () => {
    assert.equal(columnsFault(GOOD.slice(2)), "column tenant_id is missing, column enabled is missing");
  });
});
