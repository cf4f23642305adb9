import assert from "node:assert/strict";
import { test } from "node:test";
import * as resources from "../../../webhooks/validating/resource.ts";

for (const [name, { version, deprecated, resource }] of Object.entries(resources)) {
  test(`${name} is a plural, and recommends a version that is not deprecated`, () => {
    assert.match(resource, /^[a-z]+s$/);
    assert.equal(deprecated.includes(version), false);
  });
}
