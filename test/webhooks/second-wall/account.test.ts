import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accountFindings } from "../../../webhooks/second-wall/account.ts";
import { testPolicy } from "../../helpers/admission.ts";
import { assertWhole, literalsIn } from "../../helpers/cel-text.ts";

describe("accounts in CEL", () => {
  it("may be left out in baseline only where the controllers have a default", () => {
    const without = accountFindings(testPolicy());
    const declared = accountFindings(testPolicy({ defaultServiceAccount: "default" }));
    assertWhole(without);
    assertWhole(declared);
    assert.ok(!without.includes("variables.strict"));
    assert.ok(declared.includes("!variables.strict"));
  });

  it("say how a namespace becomes a tenant's", () => {
    const literals = literalsIn(accountFindings(testPolicy({ tenantLabels: ['x"y/tenant'] })));
    assert.ok(
      literals.includes(`have the platform label the Namespace x"y/tenant=<tenant>, or use a tenant's namespace`),
    );
  });
});
