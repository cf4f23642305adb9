import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdmissionRequest } from "../../../webhooks/admission.ts";
import type { JsonObject } from "../../../webhooks/json.ts";
import { UNCHANGED } from "../../../webhooks/mutating/mutation.ts";
import { podGate } from "../../../webhooks/mutating/pod-gate.ts";
import { applyPatch } from "../../../webhooks/patch.ts";
import { coreRequest, deepFrozen, testFacts, testPolicy } from "../../helpers/admission.ts";

const GATE = { name: "landlord.dev/initializing" };
const pod = (spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", ...metadata },
  spec: { containers: [], ...spec },
});

function gate(object: JsonObject, overrides: Partial<AdmissionRequest> = {}) {
  const request = deepFrozen(coreRequest("pods", object, { namespace: "tenant-new", ...overrides }));
  return podGate.mutate(request, testFacts(), testPolicy());
}
const untouched = (object: JsonObject, overrides?: Partial<AdmissionRequest>): void =>
  assert.deepEqual(gate(object, overrides), UNCHANGED);

test("gates and labels a Pod in a tenant's namespace that is not ready", () => {
  assert.deepEqual(gate(pod()), {
    patch: [
      { op: "add", path: "/spec/schedulingGates", value: [GATE] },
      { op: "add", path: "/metadata/labels", value: { "landlord.dev/gated": "true" } },
    ],
    warnings: [],
  });
});

test("gates a Pod in a namespace that is not known yet", () => {
  assert.equal(gate(pod(), { namespace: "just-made" }).patch.length, 2);
});

test("gates a Pod whose name is still to be generated", () => {
  assert.equal(gate(pod({}, { name: undefined, generateName: "web-" }), { name: "" }).patch.length, 2);
});

test("keeps other gates and labels", () => {
  const object = pod({ schedulingGates: [{ name: "example.com/quota" }] }, { labels: { app: "web" } });
  const patched = applyPatch(object, gate(object).patch);
  assert.deepEqual(patched["spec"], { containers: [], schedulingGates: [{ name: "example.com/quota" }, GATE] });
  assert.deepEqual(patched["metadata"], { name: "web", labels: { app: "web", "landlord.dev/gated": "true" } });
});

test("gives a Pod that has the gate at most the label", () => {
  const gated = pod({ schedulingGates: [GATE] });
  const add = { op: "add", path: "/metadata/labels", value: { "landlord.dev/gated": "true" } };
  assert.deepEqual(gate(gated).patch, [add]);
  assert.deepEqual(gate(applyPatch(gated, gate(gated).patch)).patch, []);
});

test("puts a wrong value of the label right", () => {
  const gated = pod({ schedulingGates: [GATE] }, { labels: { "landlord.dev/gated": "no" } });
  assert.deepEqual(gate(gated).patch, [{ op: "replace", path: "/metadata/labels/landlord.dev~1gated", value: "true" }]);
});

test("leaves a Pod alone that has its node, or mirrors one that runs already", () => {
  untouched(pod({ nodeName: "node-1" }));
  untouched(pod({}, { annotations: { "kubernetes.io/config.mirror": "hash" } }));
  assert.equal(gate(pod({ nodeName: "" }, { annotations: { "kubernetes.io/config.hash": "x" } })).patch.length, 2);
});

test("leaves Pods alone in namespaces that are ready, no tenant's, or the platform's", () => {
  for (const namespace of ["tenant-a", "plain", "kube-system"]) untouched(pod(), { namespace });
});

test("is about the creation of Pods alone", () => {
  untouched(pod(), { operation: "UPDATE", oldObject: pod() });
  untouched(pod(), { subResource: "binding" });
  untouched(pod(), { resource: { group: "", version: "v1", resource: "services" } });
  untouched(pod(), { resource: { group: "metrics.k8s.io", version: "v1", resource: "pods" } });
  const { object: _, ...without } = coreRequest("pods", {}, { namespace: "tenant-new" });
  assert.deepEqual(podGate.mutate(without, testFacts(), testPolicy()), UNCHANGED);
});

test("leaves what has no Pod's shape to kube-apiserver", () => {
  untouched({ metadata: {} });
  untouched({ metadata: {}, spec: [] });
  untouched({ metadata: {}, spec: JSON.parse('{"__proto__": {}}') as JsonObject });
  untouched({ spec: {} });
  untouched(pod({ schedulingGates: "x" }));
  untouched(pod({}, { labels: ["x"] }));
});
