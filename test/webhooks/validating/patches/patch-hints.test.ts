import assert from "node:assert/strict";
import { test } from "node:test";
import { patchHints } from "../../../../webhooks/validating/patches/patch-hints.ts";
import { checked, testRule } from "../../../helpers/rule-table.ts";

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const merge = (namespace: unknown) =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "app", namespace } });
const OPERATION = '[{"op": "add", "path": "/data/x", "value": "y"}]';
const patches = (...all: unknown[]) => ({ spec: { patches: all } });

testRule(patchHints, "Kustomization", {
  allowed: [
    ["no patches", patches()],
    ["a merge without namespace", patches({ patch: merge(undefined) })],
    ["a merge in the own namespace", patches({ patch: merge("tenant-a") })],
    ["a target in the own namespace", patches({ patch: OPERATION, target: { namespace: "tenant-a" } })],
    ["a target without namespace", patches({ patch: OPERATION, target: { kind: "ConfigMap", namespace: "" } })],
    ["what cannot be read, which is denied elsewhere", patches({ patch: "a: !x b" }, null, { patch: 1 })],
    ["more than is judged here", patches(...times(101, { patch: merge("kube-system") }))],
    [
      "an operation on the namespace, which is denied elsewhere",
      patches({ patch: '[{"op": "remove", "path": "/metadata/namespace"}]' }),
    ],
  ],
  warned: [
    ["a merge in a foreign namespace", patches({ patch: merge("kube-system") }), "spec.patches[0].patch"],
    [
      "each of several objects",
      patches({ patch: `${merge("tenant-b")}\n---\n${merge("tenant-a")}\n---\n${merge("tenant-c")}\n` }),
      "spec.patches[0].patch",
      "spec.patches[0].patch",
    ],
    [
      "a target in a foreign namespace",
      patches({ patch: OPERATION, target: { namespace: "tenant-.*" } }),
      "spec.patches[0].target.namespace",
    ],
    [
      "a target beside a patch that cannot be read",
      patches({ patch: "a: !x b", target: { namespace: "tenant-b" } }),
      "spec.patches[0].target.namespace",
    ],
    [
      "an older merge",
      { spec: { patchesStrategicMerge: [JSON.parse(merge("tenant-b"))] } },
      "spec.patchesStrategicMerge[0].metadata.namespace",
    ],
    [
      "an older target",
      { spec: { patchesJson6902: [{ patch: [], target: { namespace: "tenant-b" } }] } },
      "spec.patchesJson6902[0].target.namespace",
    ],
  ],
});
testRule(patchHints, "HelmRelease", {
  warned: [
    [
      "a merge in a foreign namespace",
      { spec: { postRenderers: [{ kustomize: { patches: [{ patch: merge("kube-system") }] } }] } },
      "spec.postRenderers[0].kustomize.patches[0].patch",
    ],
  ],
});

test("says which namespace it found", () => {
  const [hint] = checked(patchHints, "Kustomization", patches({ patch: merge("kube-system") }));
  assert.equal(hint?.found, "kube-system");
  assert.equal(hint.allowed, '"tenant-a"');
});
