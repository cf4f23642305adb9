import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Baseline, NO_BASELINE, withKey } from "../../../src/generator/baseline.ts";
import { preview } from "../../../src/generator/preview.ts";
import type { Row } from "../../../src/tenants/row.ts";
import { ACME } from "../../helpers/cli.ts";

const row = (tenantId: string, more: object = {}): Row => ({ ok: true, row: { ...ACME, tenantId, ...more } });
const bad = (tenantId: string): Row => ({ ok: false, bad: { tenantId, enabled: true, faults: [] } });

function look(rows: readonly Row[], baseline: Baseline | undefined, parameters: unknown = {}, paramsOverride = false) {
  return preview({
    store: {
      async *scan() {
        yield* rows;
      },
    },
    baseline: { read: async () => ({ baseline, stamp: undefined, override: undefined }) },
    request: { applicationSetName: "tenants", parameters },
    paramsOverride,
    signal: new AbortController().signal,
  });
}

const served = (...ids: string[]): Baseline =>
  withKey(NO_BASELINE, { key: { applicationSetName: "tenants" }, served: new Set(ids), asked: 0 });

describe("preview", () => {
  it("shows what an answer would hold, and compares it with nothing where there was none", async () => {
    const { parameters, changes } = await look([row("b"), row("a"), row("c", { enabled: false })], undefined);
    assert.deepEqual(
      parameters.map((tenant) => (tenant as { tenantId: string }).tenantId),
      ["a", "b"],
    );
    assert.equal(changes, undefined);
  });

  it("tells what would come and go, and why it would go", async () => {
    const rows = [row("new"), row("kept"), row("off", { enabled: false }), bad("broken")];
    const { changes } = await look(rows, served("kept", "off", "gone", "broken"));
    assert.deepEqual(changes, {
      added: ["new"],
      removed: [
        { tenantId: "broken", why: "bad" },
        { tenantId: "gone", why: "vanished" },
        { tenantId: "off", why: "disabled" },
      ],
    });
  });

  it("looks at the question's own baseline", async () => {
    const parameters = { filterLabelKey: "tier", filterLabelValue: "gold" };
    assert.equal((await look([row("a")], served("a", "b"), parameters)).changes, undefined);
  });

  it("refuses an input that may have been meant otherwise", async () => {
    await assert.rejects(look([row("a")], undefined, { filterLabelKey: "tier" }), { status: 400 });
  });

  it("restores the old order of params when asked to", async () => {
    const rows = [row("a", { params: { namespace: "elsewhere" } })];
    const namespaceOf = async (override: boolean) =>
      ((await look(rows, undefined, {}, override)).parameters[0] as { namespace: string }).namespace;
    assert.deepEqual([await namespaceOf(false), await namespaceOf(true)], ["tn-acme", "elsewhere"]);
  });
});
