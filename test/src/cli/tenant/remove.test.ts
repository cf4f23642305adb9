import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row } from "../../../../src/tenants/row.ts";
import { ACME, runLine } from "../../../helpers/cli.ts";

const registry = (): Map<string, Row> => new Map([["acme", { ok: true, row: ACME }]]);

describe("tenant remove", () => {
  it("takes the row out", async () => {
    const rows = registry();
    assert.equal((await runLine(["tenant", "remove", "acme"], { rows })).code, 0);
    assert.equal(rows.size, 0);
  });

  it("leaves it with --dry-run", async () => {
    const rows = registry();
    assert.match((await runLine(["tenant", "remove", "acme", "--dry-run"], { rows })).out, /would be removed/);
    assert.equal(rows.size, 1);
  });

  it("ends with 1 for a tenant that is not there", async () => {
    for (const line of [
      ["tenant", "remove", "nobody"],
      ["tenant", "remove", "nobody", "--dry-run"],
    ]) {
      assert.equal((await runLine(line, { rows: registry() })).code, 1);
    }
  });
});
