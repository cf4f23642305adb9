import assert from "node:assert/strict";
import { test } from "node:test";
import { usesPlugin } from "../../../src/generator/plugin-users.ts";

const CONFIG_MAPS = new Set(["landlord-generator", "tenants"]);
const plugin = (name: unknown): object => ({ plugin: { configMapRef: { name }, input: { parameters: {} } } });
const uses = (generators: unknown): boolean =>
  usesPlugin(
    { apiVersion: "argoproj.io/v1alpha1", kind: "ApplicationSet", metadata: { name: "a" }, spec: { generators } },
    CONFIG_MAPS,
  );
const nested = (depth: number): object =>
  depth === 0 ? plugin("tenants") : { matrix: { generators: [{ list: {} }, nested(depth - 1)] } };

const CASES: [string, unknown, boolean][] = [
  ["a plugin generator of ours", [plugin("tenants")], true],
  ["one among others", [{ list: { elements: [] } }, plugin("other"), plugin("landlord-generator")], true],
  ["one in a matrix", [{ matrix: { generators: [{ git: {} }, plugin("tenants")] } }], true],
  ["one in a merge", [{ merge: { mergeKeys: ["a"], generators: [plugin("tenants"), { list: {} }] } }], true],
  ["one in a merge in a matrix", [{ matrix: { generators: [{ merge: { generators: [plugin("tenants")] } }] } }], true],
  ["another plugin", [plugin("other")], false],
  ["other generators", [{ git: {} }, { matrix: { generators: [{ list: {} }] } }], false],
  ["no generators", [], false],
  ["nothing", undefined, false],
  ["what is no list", { plugin: {} }, false],
  ["a name that is no text", [plugin(1), plugin(null), { plugin: null }, null, "plugin"], false],
  ["more levels than there can be", [nested(20)], false],
];

for (const [what, generators, expected] of CASES) {
  test(`says ${expected ? "yes" : "no"} to ${what}`, () => {
    assert.equal(uses(generators), expected);
  });
}

test("says no to an ApplicationSet without a spec", () => {
  assert.equal(usesPlugin({ apiVersion: "", kind: "", metadata: { name: "a" } }, CONFIG_MAPS), false);
});
