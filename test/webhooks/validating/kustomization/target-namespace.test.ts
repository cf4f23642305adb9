import assert from "node:assert/strict";
import { test } from "node:test";
import { targetNamespace } from "../../../../webhooks/validating/kustomization/target-namespace.ts";
import { BASELINE, checked, FOREIGN, foreignRows, type Given, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.targetNamespace";
const target = (value: unknown, rest: Given = {}): Given => ({ spec: { targetNamespace: value }, ...rest });
const SETS = { policy: { tenantNamespaceSets: true } };

testRule(targetNamespace, "Kustomization", {
  allowed: [
    ["the namespace of the request", target("tenant-a")],
    ["the same in another namespace", target("tenant-b", { request: { namespace: "tenant-b" } })],
    ["a namespace whose name every object inherits", target("constructor", { request: { namespace: "constructor" } })],
    ["none in baseline", target(undefined, BASELINE)],
    ["null in baseline", target(null, BASELINE)],
    ["another namespace of the same tenant where these are joined", target("tenant-a-too", SETS)],
  ],
  denied: [
    ["none", target(undefined), FIELD],
    ["null", target(null), FIELD],
    ["an empty one", target(""), FIELD],
    ["an empty one in baseline", target("", BASELINE), FIELD],
    ["an empty one where the request has no namespace", target("", { request: { namespace: "" } }), FIELD],
    ["another tenant's in baseline", target("tenant-b", BASELINE), FIELD],
    ["a list in baseline", target(["tenant-a"], BASELINE), FIELD],
    ["another namespace of the same tenant where these are not joined", target("tenant-a-too"), FIELD],
    ["another tenant's where a tenant's are joined", target("tenant-b", SETS), FIELD],
    ["nobody's where a tenant's are joined", target("plain", { ...SETS, request: { namespace: "unheard-of" } }), FIELD],
    ["an unknown one where a tenant's are joined", target("unheard-of", SETS), FIELD],
    ["an inherited name where a tenant's are joined", target("toString", SETS), FIELD],
    [
      "the namespace that the object says, but the request does not",
      target("tenant-a", { request: { namespace: "tenant-b" } }),
      FIELD,
    ],
    ["no spec", { spec: null }, FIELD],
    ["a spec that is a text", { spec: "targetNamespace: tenant-a" }, FIELD],
    ["one template for another", target("$(NS)"), FIELD],
    ...foreignRows("target", target, FIELD),
    ...foreignRows("target, baseline", (value) => target(value, BASELINE), FIELD),
  ],
});

test("denies an object without spec in baseline, too", () => {
  const object = { metadata: { name: "app" } };
  const found = checked(targetNamespace, "Kustomization", { ...BASELINE, request: { object } });
  assert.deepEqual(
    found.map(({ field }) => field),
    [FIELD],
  );
});

test("tells what was found and what is allowed", () => {
  for (const found of [undefined, ...FOREIGN]) {
    const remedy = "set it to the Kustomization's own namespace";
    assert.deepEqual(checked(targetNamespace, "Kustomization", target(found)), [
      { field: FIELD, found, allowed: '"tenant-a"', remedy },
    ]);
  }
});
