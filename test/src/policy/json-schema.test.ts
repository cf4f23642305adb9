import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { policyJsonSchema } from "../../../src/policy/json-schema.ts";
import { specSchema } from "../../../src/policy/spec.ts";

describe("policyJsonSchema", () => {
  it("is what manifests/confinement-policy.schema.json holds: npm run schema writes it", () => {
    assert.equal(readFileSync("manifests/confinement-policy.schema.json", "utf8"), policyJsonSchema());
  });

  it("knows every key of a spec and no other, each with its text", () => {
    const { spec } = JSON.parse(policyJsonSchema()).properties;
    const { shape } = specSchema({ ruleIds: new Set(), isProtected: () => true });
    assert.deepEqual(Object.keys(spec.properties), Object.keys(shape));
    assert.equal(spec.additionalProperties, false);
    assert.equal(spec.required, undefined);
    for (const key of Object.keys(shape)) assert.ok(spec.properties[key].description.length > 10, key);
  });

  it("knows the keys of the example", () => {
    const { spec } = JSON.parse(policyJsonSchema()).properties;
    const example = parse(readFileSync("manifests/examples/confinement-policy.yaml", "utf8"));
    for (const key of Object.keys(example.spec)) assert.ok(Object.hasOwn(spec.properties, key), key);
  });
});
