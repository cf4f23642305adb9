import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { PatchOperation } from "../../webhooks/admission.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import { applyPatch, PatchBuilder, PatchError, pointer } from "../../webhooks/patch.ts";
import { deepFrozen } from "../helpers/admission.ts";

const parsed = (text: string): JsonObject => JSON.parse(text) as JsonObject;
const refuses = (document: JsonObject, operation: PatchOperation, message: RegExp): void =>
  assert.throws(() => applyPatch(document, [operation]), { name: "PatchError", message });

test("adds, replaces and removes without changing the document it was given", () => {
  const document = deepFrozen({ a: { b: 1, c: 2 }, list: ["x"], kept: { d: 1 } });
  const patched = applyPatch(document, [
    { op: "add", path: "/a/new", value: { e: 1 } },
    { op: "replace", path: "/a/b", value: 3 },
    { op: "remove", path: "/a/c" },
    { op: "add", path: "/list/-", value: "y" },
    { op: "add", path: "/a/new/f", value: 2 },
  ]);
  assert.deepEqual(patched, { a: { b: 3, new: { e: 1, f: 2 } }, list: ["x", "y"], kept: { d: 1 } });
  assert.equal(patched["kept"], document.kept);
});

test("refuses what kube-apiserver refuses: values and parents that are missing or of a wrong type", () => {
  const document = { a: { text: "t", nothing: null, number: 1 }, list: ["x"] };
  refuses(document, { op: "remove", path: "/a/b" }, /does not fit/);
  refuses(document, { op: "replace", path: "/a/b", value: 1 }, /does not fit/);
  refuses(document, { op: "add", path: "/a/b/c", value: 1 }, /a parent is no object/);
  for (const parent of ["text", "nothing", "number"]) {
    refuses(document, { op: "add", path: `/a/${parent}/c`, value: 1 }, /a parent is no object/);
  }
  refuses(document, { op: "add", path: "/list/2", value: 1 }, /does not fit/);
  refuses(document, { op: "add", path: "/list/length/x", value: 1 }, /a parent is no object/);
  refuses(document, { op: "add", path: "/list/00", value: 1 }, /does not fit/);
  refuses(document, { op: "add", path: "", value: {} }, /does not lead into the document/);
  refuses(document, { op: "add", path: "a/b", value: 1 }, /does not lead into the document/);
});

test("compares a test by value, which the library does not", () => {
  const document = { a: { x: 1 }, list: ["x"] };
  assert.equal(applyPatch(document, [{ op: "test", path: "/a", value: { x: 1 } }]), document);
  assert.equal(applyPatch(document, [{ op: "test", path: "/list/0", value: "x" }]), document);
  refuses(document, { op: "test", path: "/a", value: { x: 2 } }, /another value/);
  refuses(document, { op: "test", path: "/a", value: { y: 1 } }, /another value/);
  refuses(document, { op: "test", path: "/b", value: 1 }, /another value/);
  refuses(document, { op: "test", path: "/list/length", value: 1 }, /another value/);
  refuses(document, { op: "test", path: "/toString", value: Reflect.get({}, "toString") }, /another value/);
});

test("never reaches a prototype", () => {
  for (const key of ["__proto__", "constructor", "prototype"]) {
    refuses({ a: {} }, { op: "add", path: `/a/${key}`, value: { polluted: 1 } }, /reaches a prototype/);
    refuses({ a: {} }, { op: "add", path: `/${key}/polluted`, value: 1 }, /reaches a prototype/);
  }
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
});

test("refuses to copy an object with a key __proto__, which would become the copy's prototype", () => {
  const document = parsed('{"metadata": {"__proto__": {"deletionTimestamp": "now"}}}');
  refuses(document, { op: "add", path: "/metadata/labels", value: {} }, /a parent has a key __proto__/);
  assert.deepEqual(applyPatch(document, [{ op: "add", path: "/a", value: 1 }])["metadata"], document["metadata"]);
});

test("escapes keys as RFC 6901 has it", () => {
  assert.equal(pointer(["metadata", "labels", "a/b~c~1"]), "/metadata/labels/a~1b~0c~01");
  const built = new PatchBuilder({ labels: {} }).set(["labels", "a/b~c~1"], "x");
  assert.deepEqual(built.operations, [{ op: "add", path: "/labels/a~1b~0c~01", value: "x" }]);
  assert.deepEqual(applyPatch({ labels: {} }, built.operations), { labels: { "a/b~c~1": "x" } });
});

test("makes the parents that are missing or null, once", () => {
  const builder = new PatchBuilder({ metadata: { labels: null } });
  builder.set(["metadata", "labels", "a"], "1").set(["metadata", "labels", "b"], "2").set(["x", "y", "z"], 3);
  assert.deepEqual(builder.operations, [
    { op: "add", path: "/metadata/labels", value: { a: "1" } },
    { op: "add", path: "/metadata/labels/b", value: "2" },
    { op: "add", path: "/x", value: { y: { z: 3 } } },
  ]);
});

test("replaces what is another, and writes nothing for what stands already", () => {
  const builder = new PatchBuilder({ a: { b: { c: 1 }, d: null } });
  builder.set(["a", "b"], { c: 1 }).remove(["a", "x"]).remove(["x", "y"]);
  assert.deepEqual(builder.operations, []);
  builder.set(["a", "b"], { c: 2 }).set(["a", "d"], 1).remove(["a", "b"]);
  assert.deepEqual(builder.operations, [
    { op: "replace", path: "/a/b", value: { c: 2 } },
    { op: "replace", path: "/a/d", value: 1 },
    { op: "remove", path: "/a/b" },
  ]);
});

test("appends to a list, and makes the list where there is none", () => {
  const builder = new PatchBuilder({ spec: { gates: ["a"], none: null } });
  builder
    .append(["spec", "gates"], "b")
    .append(["spec", "none"], "c")
    .append(["spec", "new"], "d")
    .append(["spec", "new"], "e");
  assert.deepEqual(builder.operations, [
    { op: "add", path: "/spec/gates/-", value: "b" },
    { op: "replace", path: "/spec/none", value: ["c"] },
    { op: "add", path: "/spec/new", value: ["d"] },
    { op: "add", path: "/spec/new/-", value: "e" },
  ]);
});

test("builds nothing that goes through a scalar or a list, or to a prototype", () => {
  const document = { text: "t", list: [] };
  assert.throws(() => new PatchBuilder(document).set(["text", "a"], 1), /\/text is no object/);
  assert.throws(() => new PatchBuilder(document).set(["list", "0"], 1), /\/list is no object/);
  assert.throws(() => new PatchBuilder(document).append(["text"], 1), PatchError);
  assert.throws(() => new PatchBuilder(document).set(["__proto__", "a"], 1), PatchError);
});

const key = fc.constantFrom("a", "b/c", "d~e", "f~1g");
const keys = fc.array(key, { minLength: 1, maxLength: 3 });
const leaf = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.constant(null),
  fc.array(fc.integer()),
  fc.dictionary(key, fc.integer()),
);
const document = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)));
const steps = fc.array(fc.record({ remove: fc.boolean(), keys, value: leaf }), { maxLength: 6 });

/** What `set` and `remove` mean, done by hand on a copy; undefined where a parent is no object. */
function expected(
  start: JsonObject,
  todo: { remove: boolean; keys: string[]; value: unknown }[],
): JsonObject | undefined {
  const result = structuredClone(start) as Record<string, unknown>;
  for (const { remove, keys: path, value } of todo) {
    let at: Record<string, unknown> | undefined = result;
    for (const step of path.slice(0, -1)) {
      if (at[step] === undefined || at[step] === null) {
        if (remove) at = undefined;
        else at[step] = {};
      }
      if (at === undefined) break;
      if (typeof at[step] !== "object" || Array.isArray(at[step])) return undefined;
      at = at[step] as Record<string, unknown>;
    }
    if (at !== undefined && remove) delete at[path.at(-1) ?? ""];
    else if (at !== undefined) at[path.at(-1) ?? ""] = value;
  }
  return result;
}

test("builds patches that do what they were asked, on any document", () => {
  fc.assert(
    fc.property(document, steps, (given, asked) => {
      const start = deepFrozen(JSON.parse(JSON.stringify(given)) as JsonObject);
      const builder = new PatchBuilder(start);
      // as JSON has them, without the null prototypes of made-up maps; and each side its own, for one of them writes into its values
      const todo = JSON.parse(JSON.stringify(asked)) as typeof asked;
      const wanted = expected(start, structuredClone(todo));
      const build = (): void => {
        for (const { remove, keys: path, value } of todo) {
          if (remove) builder.remove(path);
          else builder.set(path, value);
        }
      };
      if (wanted === undefined) return assert.throws(build, PatchError);
      build();
      assert.deepEqual(applyPatch(start, builder.operations), wanted);
      assert.ok(builder.operations.length <= todo.length);
    }),
    { numRuns: 300 },
  );
});
