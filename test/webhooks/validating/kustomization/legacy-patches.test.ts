import { legacyPatches } from "../../../../webhooks/validating/kustomization/legacy-patches.ts";
import { BASELINE, type Given, NO_LISTS, NO_OBJECTS, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const JSON6902 = "spec.patchesJson6902";
const MERGE = "spec.patchesStrategicMerge";
const operations = (list: unknown, rest: Given = {}): Given => ({ spec: { patchesJson6902: list }, ...rest });
const operation = (path: string, rest: Given = {}): Given =>
  operations([{ target: { kind: "ConfigMap", name: "app" }, patch: [{ op: "replace", path, value: "x" }] }], rest);
const merges = (list: unknown, rest: Given = {}): Given => ({ spec: { patchesStrategicMerge: list }, ...rest });
const MERGE_PATCH = [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "app" } }];

testRule(legacyPatches, "Kustomization", {
  allowed: [
    ["neither of them", { spec: {} }],
    ["null for both", { spec: { patchesJson6902: null, patchesStrategicMerge: null } }],
    ["patches", { spec: { patches: [{ patch: "x" }] } }],
    ["a harmless operation in baseline", operation("/data/x", BASELINE)],
    ["a strategic merge in baseline", merges(MERGE_PATCH, BASELINE)],
    ["null in baseline", operations(null, BASELINE)],
    ["an empty list in baseline", operations([], BASELINE)],
  ],
  denied: [
    ["operations", operation("/data/x"), JSON6902],
    ["an empty list of operations", operations([]), JSON6902],
    ["a strategic merge", merges(MERGE_PATCH), MERGE],
    ["an empty list of merges", merges([]), MERGE],
    ["both", { spec: { patchesJson6902: [], patchesStrategicMerge: [] } }, JSON6902, MERGE],
    ["a text", merges(""), MERGE],
    ["false", operations(false), JSON6902],
    [
      "an operation on the namespace in baseline, whose targetNamespace comes before",
      operation("/metadata/namespace", BASELINE),
      `${JSON6902}[0].patch`,
    ],
    ["an operation on the whole object in baseline", operation("", BASELINE), `${JSON6902}[0].patch`],
    ["an operation on the kind in baseline", operation("/kind", BASELINE), `${JSON6902}[0].patch`],
    ["operations as a text in baseline", operations([{ patch: "[]" }], BASELINE), `${JSON6902}[0].patch`],
    ...rowsFor(
      NO_LISTS,
      (value) => operations(value, BASELINE),
      (what) => `${what} as list, baseline`,
      JSON6902,
    ),
    ...rowsFor(
      [["null", null], ...NO_OBJECTS],
      (value) => operations([value], BASELINE),
      (what) => `${what} as item, baseline`,
      `${JSON6902}[0]`,
    ),
  ],
});
