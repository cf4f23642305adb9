import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "../../../webhooks/validating/resource.ts";
import type { Rule } from "../../../webhooks/validating/rule.ts";
import { createTargets } from "../../../webhooks/validating/targets.ts";
import { kustomizationRequest } from "../../helpers/admission.ts";

const resource = (group: string, plural: string): Resource => ({
  group,
  resource: plural,
  kind: plural,
  version: "v1",
  deprecated: [],
});
const rule = (id: string, resources: Resource[], subResources?: string[]): Rule => ({
  id,
  name: id,
  resources,
  check: () => [],
  ...(subResources === undefined ? {} : { subResources }),
});
const [apples, pears] = [resource("fruit", "apples"), resource("fruit", "pears")];
const targetOf = createTargets([
  rule("F1", [apples]),
  rule("F2", [pears, apples], ["status"]),
  rule("F3", [apples], ["", "finalize"]),
]);
const idsOf = (group: string, plural: string, subResource = ""): string[] | undefined => {
  const about = { resource: { group, version: "v9", resource: plural }, subResource };
  return targetOf(kustomizationRequest({}, about))?.rules.map(({ id }) => id);
};

test("finds the rules about a resource in their order, in any version", () => {
  assert.deepEqual(idsOf("fruit", "apples"), ["F1", "F3"]);
  assert.deepEqual(idsOf("fruit", "pears"), []);
});

test("finds the rules about a subresource, which are not those about the object", () => {
  assert.deepEqual(idsOf("fruit", "apples", "status"), ["F2"]);
  assert.deepEqual(idsOf("fruit", "pears", "status"), ["F2"]);
  assert.deepEqual(idsOf("fruit", "apples", "finalize"), ["F3"]);
});

test("knows no other group, plural or subresource", () => {
  assert.equal(idsOf("vegetables", "apples"), undefined);
  assert.equal(idsOf("", "apples"), undefined);
  assert.equal(idsOf("fruit", "apple"), undefined);
  assert.equal(idsOf("fruit", "apples", "scale"), undefined);
});
