// What every mutation promises, whatever it is about. New mutations are covered by being in the list.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import { mutations } from "../../webhooks/mutating/index.ts";
import { applyPatch } from "../../webhooks/patch.ts";
import {
  ADMIN_USER,
  coreRequest,
  deepFrozen,
  kustomizationRequest,
  LANDLORD,
  TENANT_USER,
  testFacts,
  testPolicy,
} from "../helpers/admission.ts";

const ROOT = join(import.meta.dirname, "../..");
/** With everything filled in that can be. */
const POLICY = testPolicy({ defaulting: { serviceAccountName: true, targetNamespace: true } });
const KEYS = [
  "landlord.dev/tenant",
  "toolkit.fluxcd.io/tenant",
  "landlord.dev/initializing",
  "landlord.dev/initialized",
];
const MORE_KEYS = [...KEYS, "landlord.dev/gated", "kubernetes.io/config.mirror", "app"];

const wild = fc.jsonValue({ maxDepth: 2 });
const key = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...MORE_KEYS) },
  { weight: 1, arbitrary: fc.constant("proto") },
);
const strings = fc.dictionary(key, fc.constantFrom("a", "b", "", "true", "u-1"), { maxKeys: 4 });
const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<T | fc.JsonValue | undefined> =>
  fc.oneof(
    { weight: 8, arbitrary: usual },
    { weight: 1, arbitrary: wild },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
const rarely = (value: string): fc.Arbitrary<string | undefined> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant(value) });
const gates = fc.array(fc.record({ name: fc.constantFrom("landlord.dev/initializing", "example.com/other") }), {
  maxLength: 2,
});
const objects = fc
  .record({
    metadata: mostly(
      fc.record({
        name: fc.constant("x"),
        uid: mostly(fc.constant("u-1")),
        labels: mostly(strings),
        annotations: mostly(strings),
        deletionTimestamp: rarely("2026-11-21T10:00:00Z"),
      }),
    ),
    spec: mostly(
      fc.record({
        schedulingGates: mostly(gates),
        nodeName: rarely("node-1"),
        serviceAccountName: rarely("somebody"),
        targetNamespace: rarely("elsewhere"),
      }),
    ),
  })
  .map((object) => JSON.parse(JSON.stringify(object).replaceAll('"proto"', '"__proto__"')) as JsonObject);
const requests = fc
  .record({
    resource: fc.constantFrom("pods" as const, "namespaces" as const, "kustomizations" as const),
    object: objects,
    oldObject: objects,
    operation: fc.constantFrom("CREATE" as const, "UPDATE" as const),
    namespace: fc.constantFrom("tenant-new", "tenant-a", "plain", "unheard-of"),
    user: fc.constantFrom(TENANT_USER, ADMIN_USER, { username: LANDLORD, groups: [] }),
  })
  .map(({ resource, object, ...rest }): AdmissionRequest => {
    const isFlux = resource === "kustomizations";
    return deepFrozen(isFlux ? kustomizationRequest(object, rest) : coreRequest(resource, object, rest));
  });

test("every file of a mutation is in the list, under the file's name, which is its own", async () => {
  const files = globSync("webhooks/mutating/*.ts", { cwd: ROOT }).filter(
    (file) => !["index.ts", "mutation.ts"].includes(basename(file)),
  );
  for (const file of files) {
    const module = (await import(join(ROOT, file))) as Record<string, unknown>;
    const found = mutations.filter((mutation) => Object.values(module).includes(mutation));
    assert.deepEqual(
      found.map(({ name }) => name),
      [basename(file, ".ts")],
      file,
    );
  }
  assert.equal(files.length, mutations.length);
});

for (const mutation of mutations) {
  test(`${mutation.name} makes patches that fit, and has nothing left to do on what it has patched`, () => {
    let patched = 0;
    fc.assert(
      fc.property(requests, (request) => {
        const { patch, warnings } = mutation.mutate(request, testFacts(), POLICY);
        const object = applyPatch(request.object!, patch);
        assert.deepEqual(mutation.mutate({ ...request, object }, testFacts(), POLICY), {
          patch: [],
          warnings: [],
        });
        for (const warning of warnings) assert.match(warning, /^[^\p{Cc}]{1,120}$/u);
        if (patch.length > 0) patched++;
      }),
      { numRuns: 600 },
    );
    assert.ok(patched > 0);
  });

  test(`${mutation.name} gives the same answer to a dry run`, () => {
    fc.assert(
      fc.property(requests, (request) => {
        const dry = mutation.mutate({ ...request, dryRun: true }, testFacts(), POLICY);
        assert.deepEqual(dry, mutation.mutate(request, testFacts(), POLICY));
      }),
    );
  });

  test(`${mutation.name} touches nothing but what is Landlord's own, tenant labels, and fields with a default`, () => {
    const ours =
      /^\/metadata\/(labels|annotations)(\/(landlord\.dev|toolkit\.fluxcd\.io)~1[a-z]+)?$|^\/spec\/(schedulingGates(\/-)?|serviceAccountName|targetNamespace)$/;
    fc.assert(
      fc.property(requests, (request) => {
        for (const { path } of mutation.mutate(request, testFacts(), POLICY).patch) assert.match(path, ours);
      }),
    );
  });
}
