// What every rule promises, whatever it is about. New rules are covered by being in the list.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { deepFrozen, kustomization, kustomizationRequest, testFacts, testPolicy } from "../helpers/admission.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Fields that rules look into; anything may stand in any of them. */
const FIELDS = ["serviceAccountName", "targetNamespace", "sourceRef", "kind", "name", "namespace", "spec", "metadata"];
const policy = testPolicy({ sharedSources: [{ kind: "GitRepository", namespace: "flux-system", name: "default" }] });

/** JSON of any shape, as the parser makes it: keys such as `__proto__` are own. */
const json = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom("tenant-a", "", "flux-system", "constructor"));
const map = fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS, "__proto__"), fc.string()), fc.oneof(json, fc.object()));
const objects = fc
  .oneof(
    fc.record({ spec: fc.oneof(map, json), metadata: fc.oneof(map, json) }),
    fc.dictionary(fc.constantFrom(...FIELDS), map).map((spec) => kustomization(spec)),
    map,
  )
  .map((object) => JSON.parse(JSON.stringify(object)) as Record<string, unknown>);
const requests = fc
  .record({
    object: fc.option(objects, { nil: undefined }),
    oldObject: fc.option(objects, { nil: undefined }),
    namespace: fc.constantFrom("tenant-a", "constructor", "plain", "unheard-of", "__proto__", ""),
    operation: fc.constantFrom("CREATE" as const, "UPDATE" as const, "CONNECT" as const),
  })
  .map(({ object, oldObject, ...rest }): AdmissionRequest => {
    const { object: _, ...without } = kustomizationRequest({}, rest);
    return deepFrozen({ ...without, ...(object && { object }), ...(oldObject && { oldObject }) });
  });

test("every rule has an id and a place of its own", () => {
  const ids = rules.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  for (const { id, resources } of rules) {
    assert.match(id, /^[A-Z][1-9][0-9]?[a-z]?$/);
    assert.ok(resources.length > 0);
  }
});

test("every file of a rule is in the list, under the file's name", async () => {
  const files = globSync("webhooks/validating/*/*.ts", { cwd: ROOT }).filter((file) => basename(file) !== "index.ts");
  const exported = await Promise.all(
    files.map(async (file) => {
      const module = (await import(join(ROOT, file))) as Record<string, unknown>;
      const found = rules.filter((rule) => Object.values(module).includes(rule));
      assert.deepEqual(
        found.map(({ name }) => name),
        [basename(file, ".ts")],
        file,
      );
      return found;
    }),
  );
  assert.equal(exported.flat().length, rules.length);
});

for (const rule of rules) {
  test(`${rule.id} answers anything at all, the same each time, in texts of one line`, () => {
    fc.assert(
      fc.property(requests, (request) => {
        const violations = rule.check(request, testFacts(), policy);
        assert.deepEqual(rule.check(request, testFacts(), policy), violations);
        for (const { field, allowed, remedy } of violations) {
          for (const text of [field, allowed, remedy]) assert.match(text, /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
        }
      }),
    );
  });

  test(`${rule.id} objects to an object that is missing, and to one without spec`, () => {
    const { object: _, ...without } = kustomizationRequest({});
    for (const request of [without, kustomizationRequest({}), kustomizationRequest({ spec: null })]) {
      assert.notDeepEqual(rule.check(request, testFacts(), policy), []);
    }
  });

  test(`${rule.id} gives the same answer to a dry run`, () => {
    const [real, dry] = [false, true].map((dryRun) =>
      rule.check(
        kustomizationRequest(kustomization({ sourceRef: 1, targetNamespace: 1 }), { dryRun }),
        testFacts(),
        policy,
      ),
    );
    assert.deepEqual(dry, real);
  });

  test(`${rule.id} is quick with a megabyte`, () => {
    const [text, list] = ["a".repeat(1_000_000), Array.from({ length: 100_000 }, () => ({ name: "x" }))];
    const started = performance.now();
    for (const big of [text, `${text}!`, "a.".repeat(500_000), list]) {
      const fields = Object.fromEntries(FIELDS.map((field) => [field, big]));
      for (const spec of [fields, Object.fromEntries(FIELDS.map((field) => [field, fields]))]) {
        rule.check(kustomizationRequest(kustomization(spec)), testFacts(), policy);
      }
    }
    assert.ok(performance.now() - started < 1000);
  });
}
