import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import { needsMarker } from "../../webhooks/marker.ts";
import { coreRequest, testPolicy } from "../helpers/admission.ts";

const namespace = (metadata: JsonObject = {}): JsonObject => ({
  metadata: { name: "team", uid: "u-1", labels: { "landlord.dev/tenant": "a" }, ...metadata },
});
const READY = { annotations: { "landlord.dev/initialized": "u-1" } };
const needs = (object: JsonObject, request: Partial<AdmissionRequest> = {}): boolean =>
  needsMarker(coreRequest("namespaces", object, { name: "team", ...request }), testPolicy());
const updated = (before: JsonObject, now: JsonObject): boolean =>
  needs(now, { operation: "UPDATE", oldObject: before });

test("wants the marker on a tenant's namespace, by any tenant label", () => {
  assert.equal(needs(namespace()), true);
  assert.equal(needs(namespace({ labels: { "toolkit.fluxcd.io/tenant": "a" } })), true);
  assert.equal(updated(namespace({ labels: {} }), namespace()), true);
});

test("wants none on a namespace that is no tenant's", () => {
  for (const labels of [undefined, {}, { app: "x" }, { "landlord.dev/tenant": "" }])
    assert.equal(needs(namespace({ labels })), false);
  assert.equal(updated(namespace(), namespace({ labels: {} })), false);
});

test("wants none on a namespace that was ready before the request", () => {
  assert.equal(updated(namespace(READY), namespace(READY)), false);
  assert.equal(updated(namespace(READY), namespace()), false);
  assert.equal(updated(namespace(), namespace(READY)), true);
  assert.equal(updated(namespace({ annotations: { "landlord.dev/initialized": "u-2" } }), namespace()), true);
  assert.equal(needs(namespace(READY), { oldObject: namespace(READY) }), true, "on creation nothing was before");
});

test("wants none on a platform namespace, by the request's name or the object's", () => {
  assert.equal(needs(namespace(), { name: "kube-system" }), false);
  assert.equal(needs(namespace({ name: "kube-system" }), { name: "" }), false);
  assert.equal(needs(namespace({ name: "kube-system" }), { name: "team" }), true);
});

test("wants none on what it cannot read, and takes an old object that it cannot read for one that was not ready", () => {
  for (const object of [{}, { metadata: [] }, namespace({ labels: [] })]) {
    assert.equal(needs(object), false);
    assert.equal(updated(object, namespace()), true);
  }
});
