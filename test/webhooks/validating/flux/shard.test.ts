import assert from "node:assert/strict";
import { test } from "node:test";
import { shard } from "../../../../webhooks/validating/flux/shard.ts";
import { FLUX_RESOURCES } from "../../../../webhooks/validating/resource.ts";
import { BASELINE, checked, type Given, NO_OBJECTS, rowsFor, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "metadata.labels[sharding.fluxcd.io/key]";
const labelled = (labels: unknown, rest: Given = {}): Given => ({ metadata: { labels }, ...rest });
const onShard = (value: unknown, rest: Given = {}): Given => labelled({ "sharding.fluxcd.io/key": value }, rest);
const ALLOWED = {
  policy: {
    allowedShards: new Map([
      ["tenant-a", ["a1", "a2"]],
      ["tenant-b", ["b1"]],
    ]),
  },
};

testRule(shard, "GitRepository", {
  allowed: [
    ["no labels", labelled(undefined)],
    ["labels that are null", labelled(null)],
    [
      "other labels",
      labelled({
        app: "web",
        "sharding.fluxcd.io/other": "x",
        "Sharding.fluxcd.io/key": "x",
        "sharding.fluxcd.io/key2": "x",
      }),
    ],
    ["each value that the policy has for the namespace", onShard("a2", ALLOWED)],
    [
      "an annotation of that name, by which nobody selects",
      { metadata: { annotations: { "sharding.fluxcd.io/key": "x" } } },
    ],
    ["the usual label where the policy names another", onShard("x", { policy: { shardLabels: ["shard"] } })],
  ],
  denied: [
    ["any shard where the policy has none", onShard("platform"), FIELD],
    ["any shard in baseline", onShard("platform", BASELINE), FIELD],
    ["an empty value", onShard(""), FIELD],
    ["a value that the policy has for another namespace", onShard("b1", ALLOWED), FIELD],
    [
      "a value of its own in another namespace",
      onShard("a1", { ...ALLOWED, request: { namespace: "tenant-b" } }),
      FIELD,
    ],
    ["a value of its own in capitals", onShard("A1", ALLOWED), FIELD],
    ["a value that is a list", onShard(["a1"], ALLOWED), FIELD],
    ["a value that is null", onShard(null, ALLOWED), FIELD],
    ["an inherited name as namespace", onShard("a1", { ...ALLOWED, request: { namespace: "constructor" } }), FIELD],
    [
      "each label that the policy names",
      labelled({ shard: "x", zone: "y" }, { policy: { shardLabels: ["zone", "shard"] } }),
      "metadata.labels[shard]",
      "metadata.labels[zone]",
    ],
    [
      "each label of a prefix that the policy names",
      labelled({ "x/a": "1", "y/a": "1" }, { policy: { shardLabels: ["x/"] } }),
      "metadata.labels[x/a]",
    ],
    ...rowsFor(NO_OBJECTS, labelled, (what) => `${what} as labels`, "metadata.labels"),
  ],
});

for (const { kind } of FLUX_RESOURCES) {
  test(`is about ${kind}`, () => assert.equal(checked(shard, kind, onShard("platform")).length, 1));
}
