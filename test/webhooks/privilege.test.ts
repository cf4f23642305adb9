// Nobody gains by being mutated: whatever a Pod, a Namespace or a Flux object looks like, the patch of the whole webhook adds no right to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import { createMutator } from "../../webhooks/chain.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import { mutations } from "../../webhooks/mutating/index.ts";
import { applyPatch } from "../../webhooks/patch.ts";
import {
  ADMIN_USER,
  coreRequest,
  kustomizationRequest,
  TENANT_USER,
  testFacts,
  testPolicy,
} from "../helpers/admission.ts";

/** With everything filled in that can be. */
const POLICY = testPolicy({ defaulting: { serviceAccountName: true, targetNamespace: true } });
const HELM_RELEASE = { group: "helm.toolkit.fluxcd.io", version: "v2", resource: "helmreleases" };
const RUNS = { numRuns: 1_000 };
const mutate = createMutator({
  members: mutations,
  facts: testFacts(),
  policy: () => POLICY,
  observe: () => undefined,
  onError: (_, error) => assert.fail(String(error)),
});

/** The object as it comes out of the webhook. */
function mutated(request: AdmissionRequest): JsonObject {
  const { allowed, patch } = mutate(request);
  assert.equal(allowed, true);
  return applyPatch(request.object ?? assert.fail(), patch);
}

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const compact = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;
const where = {
  namespace: fc.constantFrom("tenant-new", "tenant-a", "plain", "unheard-of", "flux-system"),
  user: fc.constantFrom(TENANT_USER, ADMIN_USER),
};
const strings = (...keys: string[]): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...keys), fc.constantFrom("", "a", "true", "u-1", "privileged"), { maxKeys: 5 });

const securityContext = fc.record({
  privileged: maybe(fc.boolean()),
  runAsUser: maybe(fc.constantFrom(0, 1000)),
  allowPrivilegeEscalation: maybe(fc.boolean()),
  capabilities: maybe(fc.record({ add: fc.subarray(["SYS_ADMIN", "NET_ADMIN"]), drop: fc.subarray(["ALL"]) })),
});
const containers = fc.array(
  fc.record({
    name: fc.constantFrom("a", "b"),
    image: fc.constantFrom("one", "two"),
    securityContext: maybe(securityContext),
    restartPolicy: maybe(fc.constant("Always")), // of an init container: a sidecar
    volumeMounts: maybe(
      fc.array(fc.record({ name: fc.constant("v"), mountPath: fc.constant("/v") }), { maxLength: 1 }),
    ),
  }),
  { maxLength: 2 },
);
const podSpec = fc.record({
  containers,
  initContainers: maybe(containers),
  ephemeralContainers: maybe(containers),
  volumes: maybe(fc.array(fc.record({ name: fc.constant("v"), hostPath: fc.record({ path: fc.constant("/") }) }))),
  securityContext: maybe(securityContext),
  serviceAccountName: maybe(fc.constantFrom("default", "tenant-new", "somebody")),
  automountServiceAccountToken: maybe(fc.boolean()),
  hostNetwork: maybe(fc.boolean()),
  hostPID: maybe(fc.boolean()),
  nodeName: fc.option(fc.constant("node-1"), { nil: undefined, freq: 1 }),
  priorityClassName: maybe(fc.constant("low")),
  schedulingGates: maybe(
    fc.uniqueArray(fc.record({ name: fc.constantFrom("landlord.dev/initializing", "example.com/other") }), {
      maxLength: 2,
      selector: ({ name }) => name,
    }),
  ),
});

test("a Pod comes out as it went in, but for Landlord's gate and the label that goes with it", () => {
  let patched = 0;
  const pods = fc.record({ ...where, spec: podSpec, labels: maybe(strings("app", "landlord.dev/gated")) });
  fc.assert(
    fc.property(pods, ({ spec, labels, ...rest }) => {
      const before = compact({ metadata: { name: "x", labels }, spec });
      const after = mutated(coreRequest("pods", structuredClone(before), { ...rest, operation: "CREATE" }));
      if (JSON.stringify(after) !== JSON.stringify(before)) patched++;
      assert.deepEqual(ungated(after), ungated(before));
    }),
    RUNS,
  );
  assert.ok(patched > 100, `${patched} were patched`);
});

/** Without the two that Landlord adds, and without what they may have left empty. */
function ungated(pod: JsonObject): unknown {
  const { metadata, spec } = pod as { metadata: { labels?: object }; spec: { schedulingGates?: { name: string }[] } };
  const { "landlord.dev/gated": _, ...labels } = { "landlord.dev/gated": "", ...metadata.labels };
  const gates = (spec.schedulingGates ?? []).filter(({ name }) => name !== "landlord.dev/initializing");
  return { ...pod, metadata: { ...metadata, labels }, spec: { ...spec, schedulingGates: gates } };
}

test("a Namespace keeps every label and annotation but Landlord's two marks, Pod Security's among them", () => {
  let patched = 0;
  const LABELS = ["landlord.dev/tenant", "landlord.dev/initializing", "pod-security.kubernetes.io/enforce", "team"];
  const ANNOTATIONS = ["landlord.dev/initialized", "scheduler.alpha.kubernetes.io/node-selector"];
  const metadata = fc.record({
    name: fc.constantFrom("tenant-new", "tenant-a", "plain", "kube-system"),
    uid: fc.constant("u-1"),
    labels: maybe(strings(...LABELS)),
    annotations: maybe(strings(...ANNOTATIONS)),
  });
  const writes = fc.record({
    user: where.user,
    now: metadata,
    old: metadata,
    operation: fc.constantFrom("CREATE" as const, "UPDATE" as const),
    subResource: fc.constantFrom("", "status", "finalize"),
  });
  fc.assert(
    fc.property(writes, ({ now, old, operation, ...rest }) => {
      const before = compact({ metadata: now, spec: { finalizers: ["kubernetes"] } });
      const oldObject = operation === "UPDATE" ? { oldObject: compact({ metadata: { ...old, name: now.name } }) } : {};
      const more = { ...rest, ...oldObject, operation, name: now.name, namespace: now.name };
      const after = mutated(coreRequest("namespaces", structuredClone(before), more));
      if (JSON.stringify(after) !== JSON.stringify(before)) patched++;
      assert.deepEqual(unmarked(after), unmarked(before));
    }),
    RUNS,
  );
  assert.ok(patched > 100, `${patched} were patched`);
});

function unmarked(namespace: JsonObject): unknown {
  const { metadata } = namespace as { metadata: { labels?: object; annotations?: object } };
  const { "landlord.dev/initializing": _, ...labels } = { "landlord.dev/initializing": "", ...metadata.labels };
  const { "landlord.dev/initialized": __, ...annotations } = {
    "landlord.dev/initialized": "",
    ...metadata.annotations,
  };
  return { ...namespace, metadata: { ...metadata, labels, annotations } };
}

test("a Flux object is given nobody's name but its own tenant's, and only where there is none", () => {
  let patched = 0;
  const spec = fc.record({
    serviceAccountName: maybe(fc.constantFrom("", "somebody", "cluster-admin")),
    targetNamespace: maybe(fc.constantFrom("", "kube-system", "tenant-a")),
    kubeConfig: maybe(fc.constant({ secretRef: { name: "elsewhere" } })),
    postRenderers: maybe(fc.constant([])),
  });
  const objects = fc.record({ ...where, spec, isRelease: fc.boolean() });
  fc.assert(
    fc.property(objects, ({ spec: given, isRelease, ...rest }) => {
      const before = compact({ metadata: { name: "x" }, spec: given });
      const request = kustomizationRequest(structuredClone(before), {
        ...(isRelease ? { resource: HELM_RELEASE } : {}),
        ...rest,
        operation: "CREATE",
      });
      const { spec: filled, ...others } = mutated(request) as { spec: Record<string, unknown> };
      const { spec: empty, ...same } = before as { spec: Record<string, unknown> };
      if (JSON.stringify(filled) !== JSON.stringify(empty)) patched++;
      const own = { serviceAccountName: rest.namespace, targetNamespace: rest.namespace };
      for (const [field, value] of Object.entries(filled)) {
        const isFilledIn = Object.hasOwn(own, field) && (empty[field] ?? "") === "";
        if (isFilledIn) assert.ok([empty[field], rest.namespace].includes(value), `${field}: ${String(value)}`);
        else assert.deepEqual(value, empty[field]);
      }
      assert.deepEqual(others, same);
    }),
    RUNS,
  );
  assert.ok(patched > 100, `${patched} were patched`);
});
