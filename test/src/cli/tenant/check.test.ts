import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row } from "../../../../src/tenants/row.ts";
import { ACME, runLine } from "../../../helpers/cli.ts";

describe("tenant check", () => {
  it("ends with 0 when every row is right", async () => {
    const { code, error } = await runLine(["tenant", "check"], { rows: new Map([["acme", { ok: true, row: ACME }]]) });
    assert.equal(code, 0);
    assert.match(error, /1 rows, 0 of them wrong/);
  });

  it("names every fault with row and column, and ends with 1", async () => {
    const faults = [
      { column: "namespace", message: "is missing" },
      { column: "repo_url", message: "is blank" },
    ];
    const rows = new Map<string, Row>([
      ["acme", { ok: true, row: ACME }],
      ["bad", { ok: false, bad: { tenantId: "bad", enabled: true, faults } }],
    ]);
    const { code, out, error } = await runLine(["tenant", "check"], { rows });
    assert.equal(code, 1);
    assert.match(out, /bad +namespace +is missing\nbad +repo_url +is blank/);
    assert.match(error, /2 rows, 1 of them wrong/);
  });
});
