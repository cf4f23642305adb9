import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row } from "../../../../src/tenants/row.ts";
import { ACME, runLine } from "../../../helpers/cli.ts";

describe("tenant show", () => {
  it("shows one tenant", async () => {
    const { code, out } = await runLine(["tenant", "show", "acme", "-o", "json"], {
      rows: new Map([["acme", { ok: true, row: ACME }]]),
    });
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out), ACME);
  });

  it("ends with 1 for a tenant that is not there", async () => {
    const { code, error } = await runLine(["tenant", "show", "nobody"]);
    assert.equal(code, 1);
    assert.match(error, /"nobody" is not in the registry/);
  });

  it("names the faults of a row that is wrong", async () => {
    const row: Row = {
      ok: false,
      bad: { tenantId: "acme", enabled: true, faults: [{ column: "namespace", message: "is missing" }] },
    };
    const { code, error } = await runLine(["tenant", "show", "acme"], { rows: new Map([["acme", row]]) });
    assert.equal(code, 1);
    assert.match(error, /acme: namespace: is missing/);
  });
});
