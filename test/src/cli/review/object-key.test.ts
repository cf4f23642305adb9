import assert from "node:assert/strict";
import { test } from "node:test";
import { groupOf, keyOf, textOf, typeOf } from "../../../../src/cli/review/object-key.ts";

const object = (apiVersion: string, namespace?: string) => ({
  apiVersion,
  kind: "Kustomization",
  metadata: { name: "app", namespace },
});

test("is the same for an object in any version of its API, and where its namespace is the assumed one", () => {
  assert.equal(keyOf(object("g/v1", "a"), "x"), keyOf(object("g/v2", "a"), "y"));
  assert.equal(keyOf(object("g/v1"), "a"), keyOf(object("g/v1", "a"), "x"));
});

test("differs by group, kind, namespace and name, and cannot be confused", () => {
  const other = [
    object("h/v1", "a"),
    object("g/v1", "b"),
    { ...object("g/v1", "a"), kind: "HelmRelease" },
    { ...object("g/v1", "a"), metadata: { name: "a/app", namespace: "" } },
  ];
  assert.equal(new Set([object("g/v1", "a"), ...other].map((one) => keyOf(one, "x"))).size, 5);
});

test("reads as text only what is text", () => {
  assert.deepEqual(typeOf({ apiVersion: 1, kind: null }), { apiVersion: "", kind: "" });
  assert.equal(textOf(["a"]), "");
  assert.deepEqual(["v1", "g/v1", "g.x/v1/y"].map(groupOf), ["", "g", "g.x"]);
});
