import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isExcepted, onlyWarns } from "../../../webhooks/second-wall/exceptions.ts";
import { testPolicy } from "../../helpers/admission.ts";

const EXCEPTION = { namespace: "a", kind: "Kustomization", name: "n", field: "spec.x", value: 'v"' };
const WRITTEN =
  '(request.namespace == "a" && request.kind.kind == "Kustomization" && request.name == "n" && v.field == "spec.x" && v.found == "v\\"")';

describe("exceptions in CEL", () => {
  it("let one value of one field of one object through", () => {
    assert.equal(isExcepted("K2", testPolicy({ exceptions: [EXCEPTION] }), 0), WRITTEN);
  });

  it("are for their rule alone, if they name one", () => {
    const policy = testPolicy({ exceptions: [{ ...EXCEPTION, rule: "K2" }] });
    assert.equal(isExcepted("K2", policy, 0), WRITTEN);
    assert.equal(isExcepted("K1", policy, 0), undefined);
  });

  it("are left out once they have ended", () => {
    const policy = testPolicy({ exceptions: [{ ...EXCEPTION, expiry: 5 }] });
    assert.equal(isExcepted("K2", policy, 4), WRITTEN);
    assert.equal(isExcepted("K2", policy, 5), undefined);
  });

  it("are nothing where there are none", () => {
    assert.equal(isExcepted("K2", testPolicy(), 0), undefined);
    assert.equal(onlyWarns("K2", testPolicy()), undefined);
  });

  it("tell where a rule only warns: the rules of the scope, or all", () => {
    const warnOnly = [{ namespaces: ["a"], rules: new Set(["K2"]) }, { matchLabels: new Map([["t", "x"]]) }];
    assert.equal(
      onlyWarns("K2", testPolicy({ warnOnly })),
      '((request.namespace in ["a"]) || (variables.labels[?"t"] == optional.of("x")))',
    );
    assert.equal(onlyWarns("K1", testPolicy({ warnOnly })), '(variables.labels[?"t"] == optional.of("x"))');
  });
});
