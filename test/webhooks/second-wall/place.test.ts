import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { placeValidations } from "../../../webhooks/second-wall/place.ts";
import { testPolicy } from "../../helpers/admission.ts";
import { assertWhole } from "../../helpers/cel-text.ts";

describe("places in CEL", () => {
  it("are told only where no rule has found anything, and never of what stays as it is", () => {
    for (const { expression, messageExpression } of placeValidations(["K1", "K2"], testPolicy())) {
      assertWhole(expression);
      assertWhole(messageExpression);
      assert.match(
        expression,
        /^\(variables\.unchanged \|\| variables\.K1\.size\(\) > 0 \|\| variables\.K2\.size\(\) > 0 \|\| /,
      );
    }
  });

  it("are those of tenants that leave, too", () => {
    const [, leaving] = placeValidations([], testPolicy({ tenantsBeingDeleted: new Set(["gone"]) }));
    assert.ok(leaving?.expression.includes('request.namespace in ["gone"]'));
  });

  it("are excused where everything only warns", () => {
    const [unknown] = placeValidations([], testPolicy({ warnOnly: [{ namespaces: ["lab"] }] }));
    assert.ok(unknown?.expression.includes('request.namespace in ["lab"]'));
  });
});
