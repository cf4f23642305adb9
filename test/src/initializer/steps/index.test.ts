import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tenantSteps } from "../../../../src/initializer/steps/index.ts";
import { knownObjects, TENANT } from "../../../helpers/tenant.ts";

const SETTINGS = { tokenWaitMs: 1_000, tokenLifetimeSeconds: 600 };

describe("tenantSteps", () => {
  for (const tokenMode of ["legacy", "bound"] as const) {
    it(`makes the ServiceAccount first and the token last (${tokenMode})`, () => {
      const names = tenantSteps({ ...SETTINGS, tokenMode }).map(({ name }) => name);
      assert.deepEqual(names, ["service-account", "role-binding", "token-secret"]);
    });
  }

  it("asks for a token only in bound mode", () => {
    const wants = (tokenMode: "legacy" | "bound"): boolean =>
      tenantSteps({ ...SETTINGS, tokenMode }).some(
        (step) => step.build(TENANT, knownObjects()).wantsToken !== undefined,
      );
    assert.deepEqual([wants("legacy"), wants("bound")], [false, true]);
  });
});
