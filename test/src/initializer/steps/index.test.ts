import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tenantSteps } from "../../../../src/initializer/steps/index.ts";
import type { TenantRow } from "../../../../src/tenants/row.ts";
import { knownObjects, rowFor, TENANT } from "../../../helpers/tenant.ts";

const SETTINGS = { tokenWaitMs: 1_000, tokenLifetimeSeconds: 600 };

describe("tenantSteps", () => {
  for (const tokenMode of ["legacy", "bound"] as const) {
    it(`makes the ServiceAccount first and the token last (${tokenMode})`, () => {
      const names = tenantSteps({ ...SETTINGS, tokenMode }).map(({ name }) => name);
      assert.deepEqual(names, ["service-account", "role-binding", "variables", "token-secret"]);
    });
  }

  it("gives objects of the registry's making to those whom it knows, and only there", () => {
    const kinds = (row?: TenantRow): string[] =>
      tenantSteps({ ...SETTINGS, tokenMode: "legacy" }).flatMap((step) =>
        step.build(TENANT, knownObjects([], { row })).objects.map(({ kind }) => kind),
      );
    assert.deepEqual(kinds(), ["ServiceAccount", "RoleBinding", "Secret"]);
    assert.deepEqual(kinds(rowFor(TENANT)), ["ServiceAccount", "RoleBinding", "ConfigMap", "Secret"]);
  });

  it("asks for a token only in bound mode", () => {
    const wants = (tokenMode: "legacy" | "bound"): boolean =>
      tenantSteps({ ...SETTINGS, tokenMode }).some(
        (step) => step.build(TENANT, knownObjects()).wantsToken !== undefined,
      );
    assert.deepEqual([wants("legacy"), wants("bound")], [false, true]);
  });
});
