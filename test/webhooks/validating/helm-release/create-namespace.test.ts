import { createNamespace } from "../../../../webhooks/validating/helm-release/create-namespace.ts";
import { BASELINE, type Given, NO_OBJECTS, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.install.createNamespace";
const creates = (createNamespaceValue: unknown, rest: Given = {}): Given => ({
  spec: { install: { createNamespace: createNamespaceValue, remediation: {} } },
  ...rest,
});
const WRONG = [
  ["the text true", "true"],
  ["the text false", "false"],
  ["an empty text", ""],
  ["one", 1],
  ["zero", 0],
  ["a list", [false]],
  ["an object", {}],
] as const;

testRule(createNamespace, "HelmRelease", {
  allowed: [
    ["no install", { spec: {} }],
    ["install that is null", { spec: { install: null } }],
    ["nothing about it", creates(undefined)],
    ["null", creates(null)],
    ["false", creates(false)],
  ],
  denied: [
    ["its making", creates(true), FIELD],
    ...rowsFor(WRONG, creates, (what) => what, FIELD),
    ...rowsFor(
      WRONG,
      (value) => creates(value, BASELINE),
      (what) => `${what} in baseline`,
      FIELD,
    ),
    ...rowsFor(
      NO_OBJECTS,
      (install) => ({ spec: { install } }),
      (what) => `${what} as install`,
      "spec.install",
    ),
    ...rowsFor(
      NO_OBJECTS,
      (install) => ({ spec: { install }, ...BASELINE }),
      (what) => `${what} as install, baseline`,
      "spec.install",
    ),
  ],
  warned: [["its making in baseline", creates(true, BASELINE), FIELD]],
});
