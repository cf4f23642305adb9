import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Row } from "../../../../src/tenants/row.ts";
import { ACME, runLine } from "../../../helpers/cli.ts";

const LINE = [
  "tenant",
  "add",
  "acme",
  "--namespace",
  "tn-acme",
  "--cluster",
  "in-cluster",
  "--repo-url",
  ACME.repoUrl,
  "--repo-path",
  "tenants/acme",
];
const LABELS = ["--label", "tier=gold", "--label", "region=ca-central-1", "--param", "kafkaTopic=acme.events"];

describe("tenant add", () => {
  it("adds a row with all that was given", async () => {
    const rows = new Map<string, Row>();
    assert.equal((await runLine([...LINE, ...LABELS], { rows })).code, 0);
    assert.deepEqual(rows.get("acme"), { ok: true, row: ACME });
  });

  it("shows what it would write, and writes nothing, with --dry-run", async () => {
    const rows = new Map<string, Row>();
    const { code, out } = await runLine([...LINE, ...LABELS, "--dry-run", "-o", "json"], { rows });
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out), ACME);
    assert.equal(rows.size, 0);
  });

  it("does not overwrite a tenant that is there", async () => {
    const rows = new Map<string, Row>([["acme", { ok: true, row: { ...ACME, namespace: "old" } }]]);
    const { code, error } = await runLine(LINE, { rows });
    assert.equal(code, 1);
    assert.match(error, /there already/);
    assert.deepEqual(rows.get("acme"), { ok: true, row: { ...ACME, namespace: "old" } });
  });

  it("refuses a row that lacks what every row needs, and names each column", async () => {
    const { code, error } = await runLine(["tenant", "add", "acme"]);
    assert.equal(code, 2);
    for (const column of ["namespace", "target_cluster", "repo_url", "repo_path"])
      assert.match(error, new RegExp(column));
  });
});
