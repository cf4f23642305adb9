import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlags } from "../../../src/generator/flags.ts";
import { takeSnapshot } from "../../../src/generator/snapshot.ts";
import { createMetrics } from "../../../src/metrics.ts";
import { createTestLog } from "../../helpers/log.ts";
import { createMemoryTenantStore, tenantRow, tenantRows } from "../../helpers/memory-store.ts";

test("names rows that cannot be read with their columns, once, and says when all can be read again", async () => {
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const flag = createFlags({ log, metrics });
  const store = createMemoryTenantStore([...tenantRows(3), tenantRow("off", { enabled: false })]);
  const look = async () => flag(await takeSnapshot(store, new AbortController().signal));
  await look();
  assert.deepEqual(
    lines.map(({ message }) => message),
    ["all rows can be read"],
  );
  store.spoil("t-001");
  store.rows.set("?", { ok: false, bad: { tenantId: "", enabled: true, faults: [] } });
  await look();
  await look();
  assert.deepEqual(lines.slice(1), [
    {
      level: "warn",
      message: "rows that cannot be read are left out, or served as they were",
      fields: { bad: 1, nameless: 1, rows: [{ tenantId: "t-001", columns: ["repo_path"] }] },
    },
  ]);
  const { body } = await metrics.scrape();
  for (const [state, count] of Object.entries({ enabled: 2, disabled: 1, bad: 2 })) {
    assert.match(body, new RegExp(`^landlord_generator_tenants\\{state="${state}"\\} ${count}$`, "m"));
  }
  store.set(tenantRows(3));
  await look();
  assert.equal(lines.at(-1)?.message, "all rows can be read");
});
