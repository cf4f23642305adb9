import assert from "node:assert/strict";
import { test } from "node:test";
import { patchListsOf } from "../../../../webhooks/validating/patches/patch-lists.ts";
import { goodOf, goodRequest } from "../../../helpers/good-objects.ts";

const listsOf = (kind: string, spec: unknown) => patchListsOf(goodRequest(goodOf(kind), { spec }));

test("finds the lists of a Kustomization", () => {
  assert.deepEqual(listsOf("Kustomization", { patches: [1], patchesStrategicMerge: [2], patchesJson6902: [3] }), {
    lists: [
      { field: "spec.patches", form: "text", patches: [1] },
      { field: "spec.patchesStrategicMerge", form: "merge", patches: [2] },
      { field: "spec.patchesJson6902", form: "operations", patches: [3] },
    ],
    wrong: [],
  });
});

test("finds those of each post renderer of a HelmRelease", () => {
  const postRenderers = [{}, { kustomize: { patches: [1] } }, { kustomize: { patchesJson6902: [2] } }];
  const { lists, wrong } = listsOf("HelmRelease", { postRenderers, patches: ["not read"] });
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    lists.filter(({ patches }) => patches !== undefined),
    [
      { field: "spec.postRenderers[1].kustomize.patches", form: "text", patches: [1] },
      { field: "spec.postRenderers[2].kustomize.patchesJson6902", form: "operations", patches: [2] },
    ],
  );
});

test("finds nothing wrong where nothing is", () => {
  for (const postRenderers of [undefined, null, [], [{}], [{ kustomize: null }]]) {
    assert.deepEqual(listsOf("HelmRelease", { postRenderers }).wrong, []);
  }
});

test("names what is of a wrong type on the way", () => {
  const fields = (postRenderers: unknown) => listsOf("HelmRelease", { postRenderers }).wrong.map(({ field }) => field);
  assert.deepEqual(fields("x"), ["spec.postRenderers"]);
  assert.deepEqual(fields([null, {}, "x"]), ["spec.postRenderers[0]", "spec.postRenderers[2]"]);
  assert.deepEqual(fields([{ kustomize: [] }]), ["spec.postRenderers[0].kustomize"]);
});
