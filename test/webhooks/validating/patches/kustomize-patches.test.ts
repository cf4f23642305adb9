import assert from "node:assert/strict";
import { test } from "node:test";
import { sentence } from "../../../../webhooks/denial.ts";
import { kustomizePatches } from "../../../../webhooks/validating/patches/kustomize-patches.ts";
import { BASELINE, checked, type Row, testRule } from "../../../helpers/rule-table.ts";

const target = { kind: "ConfigMap" };
const operation = (path: string, op = "replace") => ({
  patch: JSON.stringify([{ op, path, value: "kube-system" }]),
  target,
});
const MOVE = operation("/metadata/namespace");
const GOOD = { patch: "- op: add\n  path: /spec/replicas\n  value: 2\n", target };
const MERGE = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\n";
const LEGACY = { patch: [{ op: "replace", path: "/metadata/namespace", value: "kube-system" }], target };
const patches = (...all: unknown[]) => ({ spec: { patches: all } });
const rendered = (kustomize: unknown) => ({ spec: { postRenderers: [{ kustomize }] } });

const ALLOWED: readonly Row[] = [
  ["no patches", patches()],
  ["an operation on the content", patches(GOOD)],
  ["labels merged in", patches({ patch: `${MERGE}  labels: {team: a}\n` })],
  [
    "a foreign namespace in an object to merge, which does nothing",
    patches({ patch: `${MERGE}  namespace: kube-system\n`, target }),
  ],
  ["a test of the namespace", patches(operation("/metadata/namespace", "test"))],
  ["more than is judged here", patches(...Array(101).fill(MOVE))],
];
testRule(kustomizePatches, "Kustomization", {
  allowed: [
    ["older patches, which are another rule's", { spec: { patchesJson6902: [LEGACY] } }],
    ...ALLOWED,
    ["the namespace, in baseline, where targetNamespace sets it afterwards", { ...patches(MOVE), ...BASELINE }],
  ],
  denied: [
    ["an operation on the namespace", patches(GOOD, MOVE), "spec.patches[1].patch"],
    ["one on the kind, in baseline too", { ...patches(operation("/kind")), ...BASELINE }, "spec.patches[0].patch"],
    [
      "one on all metadata, in baseline too",
      { ...patches(operation("/metadata")), ...BASELINE },
      "spec.patches[0].patch",
    ],
    [
      "the namespace, in baseline, where nothing sets it afterwards",
      { spec: { patches: [MOVE], targetNamespace: undefined }, ...BASELINE },
      "spec.patches[0].patch",
    ],
    [
      "the namespace, in baseline, where an empty one is set",
      { spec: { patches: [MOVE], targetNamespace: "" }, ...BASELINE },
      "spec.patches[0].patch",
    ],
    ["a text for patches", { spec: { patches: "x" } }, "spec.patches"],
    ["null for a patch", patches(null), "spec.patches[0]"],
    ["a patch that cannot be read", patches({ patch: "a: !!x b\n" }), "spec.patches[0].patch"],
  ],
});

testRule(kustomizePatches, "HelmRelease", {
  allowed: [
    ["no post renderers", { spec: { postRenderers: [] } }],
    ["an operation on the content", rendered({ patches: [GOOD] })],
    ["images", rendered({ images: [{ name: "a", newTag: "b" }] })],
  ],
  denied: [
    [
      "an operation on the namespace",
      rendered({ patches: [MOVE] }),
      "spec.postRenderers[0].kustomize.patches[0].patch",
    ],
    [
      "one in baseline, whatever the target namespace",
      { spec: { targetNamespace: "tenant-a", postRenderers: [{ kustomize: { patches: [MOVE] } }] }, ...BASELINE },
      "spec.postRenderers[0].kustomize.patches[0].patch",
    ],
    [
      "an older patch on the namespace",
      rendered({ patchesJson6902: [LEGACY] }),
      "spec.postRenderers[0].kustomize.patchesJson6902[0].patch",
    ],
    ["a text for a post renderer", { spec: { postRenderers: ["x"] } }, "spec.postRenderers[0]"],
    ["a list for kustomize", rendered([]), "spec.postRenderers[0].kustomize"],
  ],
});

test("tells what the patch does and never what is in it", () => {
  const [violation] = checked(kustomizePatches, "Kustomization", patches(MOVE));
  const text = sentence({ id: "K7", violation: violation ?? assert.fail() });
  assert.match(text, /"replace \/metadata\/namespace"/);
  assert.doesNotMatch(text, /kube-system/);
});
