import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row } from "../../../../src/tenants/row.ts";
import { ACME, runLine } from "../../../helpers/cli.ts";

describe("tenant list", () => {
  it("lists every tenant by id, disabled ones too", async () => {
    const rows = new Map<string, Row>();
    for (const tenantId of ["beta", "acme"])
      rows.set(tenantId, { ok: true, row: { ...ACME, tenantId, enabled: tenantId === "acme" } });
    const { code, out, error } = await runLine(["tenant", "list"], { rows });
    assert.equal(code, 0);
    assert.match(out, /^TENANT +ENABLED .*\nacme +true .*\nbeta +false /);
    assert.equal(error, "");
    const { out: json } = await runLine(["tenant", "list", "-o", "json"], { rows });
    assert.deepEqual(JSON.parse(json)[0], ACME);
  });

  it("says that wrong rows are left out", async () => {
    const rows = new Map<string, Row>([["bad", { ok: false, bad: { tenantId: "bad", enabled: true, faults: [] } }]]);
    assert.match((await runLine(["tenant", "list"], { rows })).error, /1 rows are wrong/);
  });

  it("refuses a form of output that there is not", async () => {
    assert.equal((await runLine(["tenant", "list", "-o", "xml"])).code, 2);
  });
});
