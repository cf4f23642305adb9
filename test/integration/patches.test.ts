// The rule about patches against kustomize itself: whatever text the rule lets through, no object changes its namespace or kind.
// FUZZ_RUNS=20000 tries that many texts, in place of a few hundred.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as fc from "fast-check";
import { findKube } from "../../sandbox/go-tools.ts";
import { checkPatches } from "../../webhooks/validating/patches/patches.ts";
import { type Candidate, createKustomize } from "../helpers/kustomize.ts";
import { ORDINARY } from "../helpers/ordinary-patches.ts";
import { candidate } from "../helpers/patch-texts.ts";
import { orSkip } from "../helpers/shared.ts";

const BATCH = 20;
const RUNS = Math.ceil(Number(process.env["FUZZ_RUNS"] ?? 300) / BATCH);
const SEED = Number(process.env["TEST_SEED"] ?? 20_261_121);
const means = { env: process.env, log: console.error, signal: new AbortController().signal };
const { skip } = await orSkip(() => findKube(means));

/** Patches that move something, and what kustomize then makes of it; each has to be denied. */
const MOVING: readonly (readonly [what: string, candidate: Candidate])[] = [
  ["an operation on the namespace", operation({ op: "replace", path: "/metadata/namespace", value: "kube-system" })],
  ["one that takes it away", operation({ op: "remove", path: "/metadata/namespace" })],
  ["one on all metadata", operation({ op: "replace", path: "/metadata", value: { name: "x" } })],
  [
    "one on the whole object",
    {
      ...operation({ op: "replace", path: "", value: { apiVersion: "v1", kind: "A", metadata: { name: "x" } } }),
      target: "cm",
    },
  ],
  ["one on the kind", operation({ op: "replace", path: "/kind", value: "Namespace" })],
  ["one on the apiVersion", operation({ op: "replace", path: "/apiVersion", value: "v2" })],
  ["a copy to the namespace", operation({ op: "copy", from: "/data/key", path: "/metadata/namespace" })],
  ["a move to the namespace", operation({ op: "move", from: "/data/key", path: "/metadata/namespace" })],
  ["a move of the namespace", operation({ op: "move", from: "/metadata/namespace", path: "/data/x" })],
  [
    "a pointer with something before it",
    operation({ op: "replace", path: "x/metadata/namespace", value: "kube-system" }),
  ],
  ["items in an operation", operation({ op: "add", path: "/items", value: [] })],
  ["items in an object to merge", { target: "all", patch: "kind: A\nmetadata: {name: a}\nitems: [a]\n" }],
  ["a kind that the patch may change by option", { ...merge("{}"), options: { allowKindChange: true } }],
  ["a kind that the patch may change by annotation", merge("{internal.config.kubernetes.io/allowKindChange: enabled}")],
  [
    "an apiVersion that is taken for another",
    { patch: "apiVersion: /v1\nkind: ConfigMap\nmetadata: {name: cm-ID, namespace: HOME}\n" },
  ],
  ["a merge key", text("- op: replace\n  path: /data/key\n  value: kube-system\n  <<: {path: /metadata/namespace}\n")],
  ["a merge key before", text("- <<: {path: /metadata/namespace}\n  op: replace\n  value: kube-system\n")],
  ["a key twice", text("- op: replace\n  path: /data/key\n  path: /metadata/namespace\n  value: kube-system\n")],
  ["a tag", text("- op: replace\n  path: !!binary L21ldGFkYXRhL25hbWVzcGFjZQ==\n  value: kube-system\n")],
  [
    "a lone carriage return",
    text(
      "- op: test # \r  path: /metadata/namespace\r  value: HOME\r- op: replace\r  path: /metadata/namespace\r  value: x\n",
    ),
  ],
  ["U+2028", text("# \u2028- {op: replace, path: /metadata/namespace, value: x}\n")],
  ["a blank before all", text("\u00a0- {op: replace, path: /metadata/namespace, value: x}\n")],
  ["a text that has no other end", text("- op: replace\n  value: x\n  path: |\n    /metadata/namespace")],
];
/** Patches that keep the namespace from being set afterwards; kustomize knows what they write since 5.8. */
const ESCAPING: readonly (readonly [what: string, candidate: Candidate])[] = [
  [
    "an annotation of kustomize's own",
    operation({
      op: "add",
      path: "/metadata/annotations/internal.config.kubernetes.io~1helm-generated",
      value: "true",
    }),
  ],
  [
    "the same among all annotations",
    operation({
      op: "add",
      path: "/metadata/annotations",
      value: { "internal.config.kubernetes.io/helm-generated": "true" },
    }),
  ],
  ["the same in an object to merge", merge('{internal.config.kubernetes.io/helm-generated: "true"}')],
];

describe("a patch in the hands of kustomize", { skip }, () => {
  let directory: string;
  let render: ReturnType<typeof createKustomize>["render"];
  let minorVersion: number;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "landlord-patches-"));
    const kustomize = createKustomize((await findKube(means)).kubectl, directory);
    render = kustomize.render;
    minorVersion = await kustomize.minorVersion();
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it("moves no object if the rule allows it", { timeout: 3_600_000 }, async () => {
    let allowed = 0;
    let rendered = 0;
    const property = fc.asyncProperty(fc.array(candidate, { minLength: BATCH, maxLength: BATCH }), async (all) => {
      const chosen = all
        .filter((one) => isAllowed(one, true))
        .map((one) => ({ ...one, onlyBelowNamespace: !isAllowed(one, false) }));
      const renders = await render(chosen);
      allowed += chosen.length;
      rendered += renders.filter(({ moved }) => moved !== undefined).length;
      const moving = chosen.filter((_, index) => (renders[index]?.moved?.length ?? 0) > 0);
      assert.deepEqual(moving, []);
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
    assert.ok(rendered > RUNS * BATCH * 0.1, `only ${rendered} of ${allowed} allowed texts mean anything to kustomize`);
  });

  it("takes every ordinary patch, and leaves the objects where they are", async () => {
    const renders = await render(ORDINARY.map(([, ordinary]) => ordinary));
    const wrong = ORDINARY.filter(
      ([, ordinary], index) => !isAllowed(ordinary, false) || renders[index]?.moved?.length !== 0,
    );
    assert.deepEqual(wrong, []);
  });

  for (const [what, moving] of [...MOVING, ...ESCAPING]) {
    it(`moves objects with ${what}, which is denied`, async (t) => {
      assert.ok(!isAllowed(moving, false));
      if (ESCAPING.some(([name]) => name === what) && minorVersion < 8)
        return t.skip(`this is kustomize 5.${minorVersion}`);
      const [rendered] = await render([moving]);
      assert.notDeepEqual(rendered?.moved ?? [], []);
    });
  }
});

function isAllowed({ patch, target, options }: Candidate, namespaceMayMove: boolean): boolean {
  const entry = { patch, ...(target && { target: { name: ".*" } }), ...(options && { options }) };
  return checkPatches({ patches: [entry], field: "spec.patches", namespace: "home", namespaceMayMove }).length === 0;
}

function operation(value: object): Candidate {
  return text(JSON.stringify([value]));
}

function text(patch: string): Candidate {
  return { patch, target: "all" };
}

function merge(annotations: string): Candidate {
  return {
    target: "all",
    patch: `apiVersion: v1\nkind: Other\nmetadata:\n  name: other\n  annotations: ${annotations}\n`,
  };
}
