import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ApplicationSpec,
  sourcesOf,
  templatesIn,
  valueFilesOf,
} from "../../../webhooks/validating/application.ts";

const SPEC = {
  source: { repoURL: "a" },
  sources: [{ repoURL: "b" }, { repoURL: "c" }],
  sourceHydrator: { drySource: { repoURL: "d" }, syncSource: { path: "e" }, hydrateTo: { path: "f" } },
};
const fieldsOf = (where: ApplicationSpec): string[] => sourcesOf(where).sources.map(({ field }) => field);

test("finds every place that content can come from, and whether it has to say a repository", () => {
  const { sources, wrong } = sourcesOf({ field: "spec", spec: SPEC });
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    sources.map(({ field, source, needsRepository }) => [field, source, needsRepository]),
    [
      ["spec.source", SPEC.source, true],
      ["spec.sources[0]", SPEC.sources[0], true],
      ["spec.sources[1]", SPEC.sources[1], true],
      ["spec.sourceHydrator.drySource", SPEC.sourceHydrator.drySource, true],
      ["spec.sourceHydrator.syncSource", SPEC.sourceHydrator.syncSource, false],
      ["spec.sourceHydrator.hydrateTo", SPEC.sourceHydrator.hydrateTo, false],
    ],
  );
});

test("demands no repository of what is laid over another", () => {
  const { sources } = sourcesOf({ field: "x", spec: SPEC, isPartial: true });
  assert.deepEqual(new Set(sources.map(({ needsRepository }) => needsRepository)), new Set([false]));
  assert.equal(sources[0]?.field, "x.source");
});

test("finds nothing where there is nothing", () => {
  for (const spec of [undefined, null, {}, "x", [], { source: null, sources: null, sourceHydrator: null }]) {
    assert.deepEqual(sourcesOf({ field: "spec", spec }), { sources: [], wrong: [] });
  }
});

test("tells what is no object, and finds the rest", () => {
  const spec = {
    source: "x",
    sources: [1, { repoURL: "b" }],
    sourceHydrator: { drySource: [], syncSource: true, hydrateTo: 0 },
  };
  assert.deepEqual(fieldsOf({ field: "spec", spec }), ["spec.sources[1]"]);
  assert.deepEqual(
    sourcesOf({ field: "spec", spec }).wrong.map(({ field }) => field),
    [
      "spec.source",
      "spec.sources[0]",
      "spec.sourceHydrator.drySource",
      "spec.sourceHydrator.syncSource",
      "spec.sourceHydrator.hydrateTo",
    ],
  );
  assert.deepEqual(
    sourcesOf({ field: "spec", spec: { sourceHydrator: "x" } }).wrong.map(({ field }) => field),
    ["spec.sourceHydrator"],
  );
});

test("finds texts with template syntax, at whatever depth, with their paths", () => {
  const value = { a: "x", b: ["y", "{{z}}", { c: "a{{ .b }}" }], d: { e: 1, f: null, g: "{ {" } };
  assert.deepEqual(templatesIn(value, "f"), [
    ["f.b[1]", "{{z}}"],
    ["f.b[2].c", "a{{ .b }}"],
  ]);
  assert.deepEqual(templatesIn("{{x}}", "f"), [["f", "{{x}}"]]);
  for (const none of [undefined, null, 1, true, "x", "{", [], {}]) assert.deepEqual(templatesIn(none, "f"), []);
});

test("finds no more texts than it is asked for", () => {
  const many = Array.from({ length: 50 }, () => ({ a: "{{", b: ["{{"] }));
  assert.equal(templatesIn(many, "f").length, 20);
  assert.equal(templatesIn(many, "f", 3).length, 3);
  assert.deepEqual(templatesIn(many, "f", 3).at(-1), ["f[1].a", "{{"]);
});

test("finds every text by which a source names a file of values, and tells what is none", () => {
  const read = (helm: unknown): unknown => {
    const { texts, wrong } = valueFilesOf({ field: "s", source: { helm } });
    return [texts, wrong.map(({ field }) => field)];
  };
  const parameters = [{ name: "x", path: "b" }, { path: 1 }, { path: null }, { path: "" }, {}, null];
  assert.deepEqual(read({ valueFiles: ["a", 1], fileParameters: parameters }), [
    [
      ["s.helm.valueFiles[0]", "a"],
      ["s.helm.fileParameters[0].path", "b"],
      ["s.helm.fileParameters[3].path", ""],
    ],
    ["s.helm.valueFiles[1]", "s.helm.fileParameters[5]", "s.helm.fileParameters[1].path"],
  ]);
  for (const none of [undefined, null, {}, "x", { valueFiles: null, fileParameters: null }])
    assert.deepEqual(read(none), [[], []]);
});
