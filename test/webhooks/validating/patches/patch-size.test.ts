import assert from "node:assert/strict";
import { test } from "node:test";
import type { Form } from "../../../../webhooks/validating/patches/patch-lists.ts";
import { sizeViolations } from "../../../../webhooks/validating/patches/patch-size.ts";

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const list = (patches: unknown, form: Form = "text") => ({ field: "f", form, patches });
const said = (...lists: ReturnType<typeof list>[]) => sizeViolations(lists, "spec.patches");
const PATCH = { patch: "a: b\n" };
const KIB = 1024;
const sized = (bytes: number) => ({ patch: "#".repeat(bytes) });
/** Adds 20,002 nodes: a list of 20,000, twice. */
const MULTIPLYING = { patch: `a: &a [${Array(10_000).fill("x").join(", ")}]\nb: [*a, *a]\n` };

test("allows 100 patches, 256 KiB and 100,000 values through aliases, in sum", () => {
  assert.deepEqual(said(list(times(60, PATCH)), list(times(40, { a: "b" }), "merge")), []);
  assert.deepEqual(said(list([sized(200 * KIB), sized(50 * KIB)]), list([sized(6 * KIB)])), []);
  assert.deepEqual(said(list(times(4, MULTIPLYING))), []);
  assert.deepEqual(said(list(undefined), list("x"), list(null)), []);
});

test("tells which is too much, at one place", () => {
  const [count, bytes, nodes] = [
    said(list(times(60, PATCH)), list(times(41, { a: "b" }), "merge")),
    said(list([sized(200 * KIB), sized(50 * KIB)]), list([sized(6 * KIB + 1)])),
    said(list(times(5, MULTIPLYING))),
  ];
  for (const [violations, found] of [
    [count, "101 patches"],
    [bytes, "262145 bytes of patches"],
    [nodes, "patches whose aliases multiply"],
  ] as const) {
    assert.deepEqual(
      violations.map((violation) => [violation.field, violation.found]),
      [["spec.patches", found]],
    );
  }
});

test("counts bytes, not characters, and entries of any type", () => {
  assert.equal(said(list([{ patch: "é".repeat(128 * KIB + 1) }])).length, 1);
  assert.equal(said(list(times(101, null))).length, 1);
});

test("does not read what is too much", () => {
  const started = performance.now();
  assert.equal(said(list(times(101, sized(64 * KIB)))).length, 1);
  assert.equal(said(list(times(100, sized(64 * KIB)))).length, 1);
  assert.ok(performance.now() - started < 200);
});
