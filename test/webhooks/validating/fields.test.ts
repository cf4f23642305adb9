import assert from "node:assert/strict";
import { test } from "node:test";
import {
  anyOf,
  at,
  badName,
  foreignNamespace,
  isOwnNamespace,
  itemsOf,
  objectAt,
  strictOnly,
  textsOf,
  wrongType,
} from "../../../webhooks/validating/fields.ts";
import { kustomizationRequest, testFacts, testPolicy } from "../../helpers/admission.ts";
import { FOREIGN, NO_LISTS, NO_OBJECTS, NO_STRINGS } from "../../helpers/rule-table.ts";

const request = kustomizationRequest({});

test("finds the value at a path, through own properties of objects alone", () => {
  const object: unknown = JSON.parse('{"a": {"b": {"c": 0}}, "l": [{"c": 1}], "t": "text", "__proto__": {"x": 1}}');
  assert.equal(at(object, "a", "b", "c"), 0);
  assert.deepEqual(at(object, "__proto__", "x"), 1);
  assert.equal(at(object), object);
  for (const path of [
    ["x"],
    ["a", "x", "c"],
    ["l", "0"],
    ["l", "length"],
    ["t", "length"],
    ["constructor"],
    ["a", "toString"],
  ]) {
    assert.equal(at(object, ...path), undefined, path.join("."));
  }
});

test("gives the items of a list with their paths, and tells those that are no objects", () => {
  const first = { a: 1 };
  assert.deepEqual(itemsOf([first, {}], "spec.x"), {
    items: [
      ["spec.x[0]", first],
      ["spec.x[1]", {}],
    ],
    wrong: [],
  });
  for (const unset of [undefined, null]) assert.deepEqual(itemsOf(unset, "spec.x"), { items: [], wrong: [] });
  const { items, wrong } = itemsOf([null, first, "t", [], 0], "l");
  assert.deepEqual(items, [["l[1]", first]]);
  assert.deepEqual(
    wrong.map(({ field, found }) => [field, found]),
    [
      ["l[0]", null],
      ["l[2]", "t"],
      ["l[3]", []],
      ["l[4]", 0],
    ],
  );
  for (const [, value] of NO_LISTS)
    assert.deepEqual(itemsOf(value, "l"), { items: [], wrong: [wrongType("l", value, "a list of objects")] });
});

test("gives the texts of a list with their paths, and tells what is no text", () => {
  assert.deepEqual(textsOf(["a", ""], "l"), {
    texts: [
      ["l[0]", "a"],
      ["l[1]", ""],
    ],
    wrong: [],
  });
  for (const unset of [undefined, null]) assert.deepEqual(textsOf(unset, "l"), { texts: [], wrong: [] });
  const { texts, wrong } = textsOf(["a", null, 1, ["a"]], "l");
  assert.deepEqual(
    [texts, wrong.map(({ field, allowed }) => [field, allowed])],
    [
      [["l[0]", "a"]],
      [
        ["l[1]", "a text"],
        ["l[2]", "a text"],
        ["l[3]", "a text"],
      ],
    ],
  );
  for (const [, value] of NO_LISTS)
    assert.deepEqual(textsOf(value, "l"), { texts: [], wrong: [wrongType("l", value, "a list of texts")] });
});

test("reads no list that is longer than any may be, and says so", () => {
  const long = (item: unknown, length: number): unknown[] => Array.from({ length }, () => item);
  assert.equal(itemsOf(long({}, 10_000), "l").items.length, 10_000);
  assert.deepEqual(itemsOf(long({}, 10_001), "l").items, []);
  assert.deepEqual(
    itemsOf(long(null, 10_001), "l").wrong.map(({ allowed }) => allowed),
    ["a list of at most 10000 objects"],
  );
  assert.deepEqual(
    textsOf(long("a", 10_001), "l").wrong.map(({ field }) => field),
    ["l"],
  );
});

test("gives the object at a field, or what is wrong with it", () => {
  const value = { a: 1 };
  assert.deepEqual(objectAt(value, "x"), { value, wrong: [] });
  for (const unset of [undefined, null]) assert.deepEqual(objectAt(unset, "x"), { wrong: [] });
  for (const [, found] of NO_OBJECTS) {
    assert.deepEqual(objectAt(found, "x"), {
      wrong: [{ field: "x", found, allowed: "an object", remedy: "give it an object, or leave it out" }],
    });
  }
});

test("takes any namespace but the request's for foreign, unless none is said", () => {
  for (const own of ["tenant-a", undefined, null, ""]) assert.deepEqual(foreignNamespace("f", own, request, "r"), []);
  for (const found of [...FOREIGN, ...NO_STRINGS.map(([, value]) => value)]) {
    assert.deepEqual(foreignNamespace("f", found, request, "r"), [
      { field: "f", found, allowed: '"tenant-a"', remedy: "r" },
    ]);
  }
});

test("takes for a name what any object may be called", () => {
  for (const name of ["a", "0", "a-b.c", "a".repeat(253)]) assert.deepEqual(badName("f", name, "r"), []);
  for (const found of ["", "A", "a b", "a/b", "-a", "a..b", "a".repeat(254), null, undefined, 1, ["a"]]) {
    assert.deepEqual(badName("f", found, "r"), [{ field: "f", found, allowed: "a DNS-1123 subdomain", remedy: "r" }]);
  }
});

test("takes the request's namespace for the own one, and a tenant's others where the policy joins them", () => {
  const own = (found: unknown, namespace: string, tenantNamespaceSets = false): boolean =>
    isOwnNamespace(found, namespace, testFacts(), testPolicy({ tenantNamespaceSets }));
  assert.equal(own("tenant-a", "tenant-a"), true);
  assert.equal(own("tenant-a-too", "tenant-a"), false);
  assert.equal(own("tenant-a-too", "tenant-a", true), true);
  assert.equal(own("tenant-b", "tenant-a", true), false);
  assert.equal(own("unheard-of", "unheard-of", true), true);
  assert.equal(own("", "", true), false);
  assert.equal(own("", "tenant-a"), false);
  assert.equal(own("tenant-a", ""), false);
  for (const [, value] of NO_STRINGS) assert.equal(own(value, "tenant-a", true), false);
});

test("puts alternatives into words", () => {
  assert.equal(anyOf([]), "none");
  assert.equal(anyOf(["a"]), '"a"');
  assert.equal(anyOf(["a", "b"]), '"a" or "b"');
});

test("makes warnings of violations where it is not strict", () => {
  const violation = { field: "f", found: 1, allowed: "a", remedy: "r" };
  assert.deepEqual(strictOnly([violation], true), [violation]);
  assert.deepEqual(strictOnly([violation, violation], false), [
    { ...violation, isWarning: true },
    { ...violation, isWarning: true },
  ]);
});
