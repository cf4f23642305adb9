import { inlineManifests } from "../../../../webhooks/validating/argocd/inline-manifests.ts";
import { BASELINE, type Given, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "operation.sync.manifests";
const inline = (manifests: unknown, rest: Given = {}): Given => ({ operation: { sync: { manifests } }, ...rest });
const ANYTHING = [
  ["manifests", ["{}"]],
  ["an empty list", []],
  ["a text", "x"],
  ["an empty text", ""],
  ["zero", 0],
  ["false", false],
  ["an object", {}],
] as const;

testRule(inlineManifests, "Application", {
  allowed: [
    ["no operation", {}],
    ["an operation without them", { operation: { sync: { revision: "main" } } }],
    ["null", inline(null)],
    ["manifests elsewhere, which nobody reads", { spec: { manifests: ["{}"] }, operation: { manifests: ["{}"] } }],
  ],
  denied: [
    ...rowsFor(ANYTHING, inline, (what) => what, FIELD),
    ["manifests in baseline", inline(["{}"], BASELINE), FIELD],
  ],
});
