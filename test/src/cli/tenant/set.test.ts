import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row } from "../../../../src/tenants/row.ts";
import { ACME, runLine } from "../../../helpers/cli.ts";

const registry = (): Map<string, Row> => new Map([["acme", { ok: true, row: ACME }]]);

describe("tenant set", () => {
  it("changes what is named", async () => {
    const rows = registry();
    assert.equal((await runLine(["tenant", "set", "acme", "--disable", "--label", "region=eu"], { rows })).code, 0);
    assert.deepEqual(rows.get("acme"), {
      ok: true,
      row: { ...ACME, enabled: false, labels: { tier: "gold", region: "eu" } },
    });
  });

  it("writes nothing with --dry-run", async () => {
    const rows = registry();
    const { out } = await runLine(["tenant", "set", "acme", "--disable", "--dry-run", "-o", "json"], { rows });
    assert.equal(JSON.parse(out).enabled, false);
    assert.deepEqual(rows, registry());
  });

  it("ends with 1 for a tenant that is not there, or whose row is wrong", async () => {
    assert.match((await runLine(["tenant", "set", "nobody"])).error, /is not in the registry/);
    const rows = new Map<string, Row>([["bad", { ok: false, bad: { tenantId: "bad", enabled: true, faults: [] } }]]);
    const { code, error } = await runLine(["tenant", "set", "bad"], { rows });
    assert.equal(code, 1);
    assert.match(error, /tenant check/);
  });
});
