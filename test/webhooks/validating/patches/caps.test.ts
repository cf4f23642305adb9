import { caps } from "../../../../webhooks/validating/patches/caps.ts";
import { type Row, testRule } from "../../../helpers/rule-table.ts";

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const MERGE = { kind: "A", metadata: { name: "a" } };
const PATCH = { patch: "[]", target: {} };
const long = (bytes: number) => ({ patch: "#".repeat(bytes) });
const DEPENDENCIES: readonly Row[] = [
  ["51 dependencies", { spec: { dependsOn: times(51, { name: "x" }) } }, "spec.dependsOn"],
];
const rendered = (...kustomize: unknown[]) => ({
  spec: { postRenderers: kustomize.map((one) => ({ kustomize: one })) },
});

testRule(caps, "Kustomization", {
  allowed: [
    ["no patches", {}],
    ["100 patches and 50 dependencies", { spec: { patches: times(100, PATCH), dependsOn: times(50, { name: "x" }) } }],
    ["256 KiB of patches", { spec: { patches: [long(255 * 1024), long(1024)] } }],
    ["what is no list, which is denied elsewhere", { spec: { patches: "x", dependsOn: "x" } }],
  ],
  denied: [
    ...DEPENDENCIES,
    ["101 patches", { spec: { patches: times(101, PATCH) } }, "spec.patches"],
    [
      "101 patches of all forms",
      { spec: { patches: times(50, PATCH), patchesStrategicMerge: times(51, MERGE) } },
      "spec.patches",
    ],
    ["101 entries of no type", { spec: { patches: times(101, null) } }, "spec.patches"],
    ["more than 256 KiB of patches", { spec: { patches: [long(255 * 1024), long(1025)] } }, "spec.patches"],
    [
      "aliases that multiply",
      { spec: { patches: [{ patch: `a: &a [${"x, ".repeat(2000)}x]\nb: [${"*a, ".repeat(60)}*a]\n` }] } },
      "spec.patches",
    ],
    [
      "both at once",
      { spec: { patches: times(101, PATCH), dependsOn: times(51, { name: "x" }) } },
      "spec.patches",
      "spec.dependsOn",
    ],
  ],
});
testRule(caps, "HelmRelease", {
  allowed: [
    [
      "100 patches of all post renderers",
      rendered({ patches: times(50, PATCH) }, { patchesStrategicMerge: times(50, MERGE) }),
    ],
  ],
  denied: [
    ...DEPENDENCIES,
    [
      "101 patches of all post renderers",
      rendered({ patches: times(50, PATCH) }, { patches: times(51, PATCH) }),
      "spec.postRenderers",
    ],
  ],
});
