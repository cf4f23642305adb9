import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { checkPatches, patchViolations } from "../../../../webhooks/validating/patches/patches.ts";
import { ORDINARY } from "../../../helpers/ordinary-patches.ts";
import { candidate } from "../../../helpers/patch-texts.ts";

const SCOPE = { field: "spec.patches", namespace: "tenant-a", namespaceMayMove: false };
const check = (patches: unknown, scope = SCOPE) => checkPatches({ ...scope, patches });
const fields = (patches: unknown) => check(patches).map(({ field }) => field);
const operation = (op: object) => ({ patch: JSON.stringify([op]), target: { kind: "ConfigMap" } });
const MOVE = operation({ op: "replace", path: "/metadata/namespace", value: "kube-system" });
const GOOD = operation({ op: "add", path: "/spec/replicas", value: 2 });

test("allows no patches, and patches that move nothing", () => {
  for (const patches of [undefined, null, [], [GOOD], [GOOD, { ...GOOD, target: null, options: {}, path: "" }]])
    assert.deepEqual(check(patches), []);
});

for (const [what, { patch, target }] of ORDINARY) {
  test(`allows ${what}`, () =>
    assert.deepEqual(check([{ patch, ...(target && { target: { kind: "ConfigMap" } }) }]), []));
}

test("names each patch that moves something, by its place, with what it does and what to do", () => {
  assert.deepEqual(fields([GOOD, MOVE, GOOD, MOVE]), ["spec.patches[1].patch", "spec.patches[3].patch"]);
  const [violation] = check([MOVE]);
  assert.equal(violation?.found, MOVE.patch);
  assert.equal(violation.shown, '"replace /metadata/namespace"');
  assert.match(violation.allowed, /namespace, kind and apiVersion/);
  assert.match(violation.remedy, /"tenant-a"/);
});

test("names each operation and each object to merge", () => {
  assert.equal(check([{ patch: '[{"op":"remove","path":"/kind"},{"op":"remove","path":"/apiVersion"}]' }]).length, 2);
  assert.equal(check([{ patch: "kind: A\nitems: []\n---\nkind: B\nitems: []\n" }]).length, 2);
});

test("lets a namespace that is set later be written", () => {
  assert.deepEqual(check([MOVE], { ...SCOPE, namespaceMayMove: true }), []);
});

const WRONG: readonly (readonly [what: string, patches: unknown, ...fields: string[]])[] = [
  ["a text for the list", "x", "spec.patches"],
  ["an object for the list", { 0: MOVE, length: 1 }, "spec.patches"],
  ["null in the list", [null], "spec.patches[0]"],
  ["a text in the list", ["x"], "spec.patches[0]"],
  ["a list in the list", [[GOOD]], "spec.patches[0]"],
  ["no patch", [{ target: {} }], "spec.patches[0].patch"],
  ["a patch that is an object", [{ patch: { kind: "A" } }], "spec.patches[0].patch"],
  ["a patch that is a list", [{ patch: [] }], "spec.patches[0].patch"],
  ["a target that is a text", [{ ...GOOD, target: "x" }], "spec.patches[0].target"],
  ["options that are a list", [{ ...GOOD, options: [] }], "spec.patches[0].options"],
  ["a file", [{ path: "x.yaml" }], "spec.patches[0].path"],
  ["a file beside a patch", [{ ...GOOD, path: "x.yaml" }], "spec.patches[0].path"],
  ["a file of a wrong type", [{ ...GOOD, path: 1 }], "spec.patches[0].path"],
  [
    "a kind that may change",
    [{ ...GOOD, options: { allowKindChange: true } }],
    "spec.patches[0].options.allowKindChange",
  ],
  [
    "a kind that may change, in words",
    [{ ...GOOD, options: { allowKindChange: "false" } }],
    "spec.patches[0].options.allowKindChange",
  ],
];
for (const [what, patches, ...expected] of WRONG)
  test(`denies ${what}`, () => assert.deepEqual(fields(patches), expected));

test("allows the options that move nothing", () => {
  assert.deepEqual(check([{ ...GOOD, options: { allowKindChange: false, allowNameChange: true } }]), []);
});

test("says why a patch cannot be read, and nothing of what is in it", () => {
  const [violation, ...more] = check([{ patch: "password: hunter2\npassword: hunter2\n" }]);
  assert.deepEqual(more, []);
  assert.match(violation?.remedy ?? "", /^mend it: it has a key twice/);
  assert.doesNotMatch(`${violation?.shown} ${violation?.remedy}`, /hunter2/);
});

test("reads objects in place of texts", () => {
  const violations = (form: "merge" | "operations", patches: unknown) =>
    patchViolations({ field: "f", form, patches }, SCOPE).map(({ field }) => field);
  assert.deepEqual(violations("merge", [{ kind: "A", metadata: { name: "a" } }]), []);
  assert.deepEqual(violations("merge", [{ kind: "A", items: [] }, "x", null]), ["f[0]", "f[1]", "f[2]"]);
  const op = { op: "remove", path: "/metadata/namespace" };
  assert.deepEqual(violations("operations", [{ patch: [{ op: "remove", path: "/spec/x" }] }]), []);
  assert.deepEqual(violations("operations", [{ patch: [op] }, { patch: "x" }, { patch: {} }, {}]), [
    "f[0].patch",
    "f[1].patch",
    "f[2].patch",
    "f[3].patch",
  ]);
});

test("refuses objects that nest too deep, and texts within them that no text may have", () => {
  const deep: unknown = JSON.parse(`${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`);
  for (const entry of [deep, { kind: "A", data: { b: "c\u2028d" } }]) {
    assert.equal(patchViolations({ field: "f", form: "merge", patches: [entry] }, SCOPE).length, 1);
  }
});

/** Each anchor is the one before, twice. */
const BOMB = `a0: &a0 [x, x]\n${Array.from({ length: 45 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join("")}`;
const TOO_MUCH: readonly (readonly [what: string, patches: unknown])[] = [
  ["10,000 patches", Array(10_000).fill(MOVE)],
  ["3 MiB of text", [{ patch: "- ".repeat(1_500_000) }]],
  ["256 KiB and a byte", [{ patch: "#".repeat(256 * 1024 + 1) }]],
  ["101 patches", Array(101).fill(GOOD)],
  ["aliases that multiply", [{ patch: BOMB }]],
];
for (const [what, patches] of TOO_MUCH) {
  test(`tells of ${what} in one violation at the list, and at once`, () => {
    const started = performance.now();
    assert.deepEqual(fields(patches), ["spec.patches"]);
    assert.ok(performance.now() - started < 100);
  });
}

test("never throws, and gives the same answer each time, in texts of one line", () => {
  const entry = fc.oneof(
    fc.anything(),
    candidate,
    fc.record(
      { patch: fc.anything(), path: fc.anything(), target: fc.anything(), options: fc.anything() },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.array(entry)), fc.boolean(), (patches, namespaceMayMove) => {
      const violations = check(patches, { ...SCOPE, namespaceMayMove });
      assert.deepEqual(check(patches, { ...SCOPE, namespaceMayMove }), violations);
      for (const { field, allowed, remedy } of violations) {
        for (const text of [field, allowed, remedy]) assert.match(text, /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
      }
    }),
  );
});
