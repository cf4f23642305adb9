import assert from "node:assert/strict";
import { test } from "node:test";
import * as resources from "../../../webhooks/validating/resource.ts";
import { FLUX_RESOURCES, type Resource } from "../../../webhooks/validating/resource.ts";

const all = Object.values(resources).flatMap((value): readonly Resource[] =>
  Array.isArray(value) ? value : [value as Resource],
);
const each = [...new Set(all)];
const CLUSTER_SCOPED = ["namespaces", "clusterrolebindings"];

for (const { group, resource, kind, version, deprecated, clusterScoped } of each) {
  test(`${resource}.${group} is the plural of ${kind}, and recommends a version that is not deprecated`, () => {
    assert.match(resource, /^[a-z]+s$/);
    assert.ok(resource.startsWith(kind.toLowerCase().slice(0, -1)));
    assert.match(version, /^v\d+((alpha|beta)\d+)?$/);
    assert.equal(deprecated.includes(version), false);
    assert.equal(clusterScoped ?? false, CLUSTER_SCOPED.includes(resource));
  });
}

test("no two are the same", () => {
  const names = each.map(({ group, resource }) => `${resource}.${group}`);
  assert.deepEqual(names, [...new Set(names)]);
  assert.equal(new Set(each.map(({ kind }) => kind)).size, each.length);
});

test("all that Flux acts on is of Flux's groups, and everything of these groups is there", () => {
  const isFlux = ({ group }: Resource): boolean =>
    /(^|\.)(toolkit|extensions)\.fluxcd\.io$|^fluxcd\.controlplane\.io$/.test(group);
  assert.deepEqual(new Set(FLUX_RESOURCES), new Set(each.filter(isFlux)));
});

test("old versions of Flux's APIs are known as such", () => {
  const old = Object.fromEntries(
    each
      .filter(({ deprecated }) => deprecated.length > 0)
      .map(({ kind, version, deprecated }) => [kind, [...deprecated, version].join()]),
  );
  const source = "v1beta1,v1beta2,v1";
  assert.deepEqual(old, {
    Kustomization: source,
    HelmRelease: "v2beta1,v2beta2,v2",
    GitRepository: source,
    OCIRepository: source,
    HelmRepository: source,
    Bucket: source,
    HelmChart: source,
    ExternalArtifact: source,
    Alert: "v1beta1,v1beta2,v1beta3",
    Provider: "v1beta1,v1beta2,v1beta3",
    Receiver: source,
    ImageRepository: source,
    ImagePolicy: source,
    ImageUpdateAutomation: source,
  });
});
