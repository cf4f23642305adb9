import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createObjectCache, type ObjectCache } from "../../../src/kube/object-cache.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createTestLog } from "../../helpers/log.ts";
import { namespace } from "../../helpers/scripted-apiserver.ts";

function listened(): { cache: ObjectCache<KubeObject>; told: string[] } {
  const cache = createObjectCache<KubeObject>({ resource: "namespaces", log: createTestLog().log });
  const told: string[] = [];
  cache.subscribe(({ type, object, previous, initial }) => {
    const { name, resourceVersion } = object.metadata;
    told.push(
      `${type} ${name}@${resourceVersion}${previous ? ` was ${previous.metadata.resourceVersion}` : ""}${initial ? " initial" : ""}`,
    );
  });
  return { cache, told };
}

describe("a cache of objects", () => {
  it("tells a first list as initial, and a second as its difference", () => {
    const { cache, told } = listened();
    cache.replaceAll([namespace("a", "1"), namespace("b", "2")], true);
    cache.replaceAll([namespace("b", "3"), namespace("c", "4")], false);
    assert.deepEqual(told, ["added a@1 initial", "added b@2 initial", "removed a@1", "changed b@3 was 2", "added c@4"]);
  });

  it("holds the whole new list before it tells anything of it", () => {
    const cache = createObjectCache<KubeObject>({ resource: "namespaces", log: createTestLog().log });
    const sizes: number[] = [];
    cache.subscribe(() => sizes.push(cache.size()));
    cache.replaceAll([namespace("a", "1"), namespace("b", "2")], true);
    assert.deepEqual(sizes, [2, 2]);
  });

  it("says nothing of an object that comes again as it was", () => {
    const { cache, told } = listened();
    cache.put(namespace("a", "1"));
    cache.put(namespace("a", "1"));
    cache.replaceAll([namespace("a", "1")], false);
    assert.deepEqual(told, ["added a@1"]);
  });

  it("tells an object with another uid as removed and added, even at the same version", () => {
    const { cache, told } = listened();
    cache.put(namespace("a", "1", "one"));
    cache.put(namespace("a", "1", "two"));
    assert.deepEqual(told, ["added a@1", "removed a@1", "added a@1"]);
    assert.equal(cache.get({ name: "a" })?.metadata.uid, "two");
  });

  it("is not misled by the removal of an earlier bearer of a name", () => {
    const { cache, told } = listened();
    cache.put(namespace("a", "2", "two"));
    cache.drop(namespace("a", "3", "one"));
    cache.drop(namespace("unknown", "3"));
    assert.deepEqual(told, ["added a@2"]);
    assert.equal(cache.size(), 1);
  });

  it("tells a removal with the last state", () => {
    const { cache, told } = listened();
    cache.put(namespace("a", "1"));
    cache.drop(namespace("a", "9"));
    assert.deepEqual(told, ["added a@1", "removed a@9 was 1"]);
  });

  it("does not mix up namesakes in two namespaces, nor names of Object.prototype", () => {
    const { cache } = listened();
    const secret = (where: string): KubeObject => ({
      ...namespace("x", "1"),
      metadata: { ...namespace("x", "1").metadata, namespace: where },
    });
    cache.replaceAll([secret("a"), secret("b")], true);
    assert.equal(cache.get({ namespace: "b", name: "x" })?.metadata.namespace, "b");
    assert.equal(cache.get({ name: "x" }), undefined);
    assert.equal(cache.get({ name: "constructor" }), undefined);
  });
});
