import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../webhooks/json.ts";
import { metadataOf } from "../../webhooks/metadata.ts";

test("reads what is set", () => {
  const metadata = {
    name: "web",
    uid: "u-1",
    labels: { a: "1" },
    annotations: { b: "2" },
    deletionTimestamp: "2026-11-21T10:00:00Z",
  };
  const { deletionTimestamp: _, ...rest } = metadata;
  assert.deepEqual(metadataOf({ metadata }), { ...rest, terminating: true });
});

test("reads what is not set as empty", () => {
  const empty = { name: "", uid: "", labels: {}, annotations: {}, terminating: false };
  assert.deepEqual(metadataOf({ metadata: {} }), empty);
  assert.deepEqual(metadataOf({ metadata: { name: 1, uid: null, labels: null, deletionTimestamp: null } }), empty);
});

test("reads nothing where the shape is wrong", () => {
  assert.equal(metadataOf(undefined), undefined);
  assert.equal(metadataOf({}), undefined);
  for (const metadata of [null, "text", [], { labels: [] }, { annotations: { a: 1 } }]) {
    assert.equal(metadataOf({ metadata }), undefined);
  }
  for (const text of ['{"metadata": {}, "__proto__": {}}', '{"metadata": {"__proto__": {"labels": {}}}}']) {
    assert.equal(metadataOf(JSON.parse(text) as JsonObject), undefined);
  }
});
