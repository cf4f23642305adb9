import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
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
  it("tells a first list as initial, and a second as its difference", async () => {
    const { cache, told } = listened();
    await cache.replaceAll([namespace("a", "1"), namespace("b", "2")], true);
    await cache.replaceAll([namespace("b", "3"), namespace("c", "4")], false);
    assert.deepEqual(told, ["added a@1 initial", "added b@2 initial", "removed a@1", "changed b@3 was 2", "added c@4"]);
  });

  it("holds the whole new list before it tells anything of it", async () => {
    const cache = createObjectCache<KubeObject>({ resource: "namespaces", log: createTestLog().log });
    const sizes: number[] = [];
    cache.subscribe(() => sizes.push(cache.size()));
    await cache.replaceAll([namespace("a", "1"), namespace("b", "2")], true);
    assert.deepEqual(sizes, [2, 2]);
  });

  it("lets others have their turn while it tells a long list", async () => {
    const cache = createObjectCache<KubeObject>({ resource: "namespaces", log: createTestLog().log });
    let told = 0;
    cache.subscribe(() => told++);
    const long = Array.from({ length: 3_000 }, (_, index) => namespace(`room-${index}`, "1"));
    for (const [list, inAll] of [
      [long, 3_000],
      [[], 6_000],
    ] as const) {
      let most = 0;
      let before = told;
      const done = cache.replaceAll([...list], false);
      assert.equal(cache.size(), list.length);
      do {
        most = Math.max(most, told - before);
        before = told;
        await turnOfTheLoop();
      } while (before < inAll);
      await done;
      assert.ok(most <= 1_000, `${most} in one turn`);
    }
  });

  it("says nothing of an object that comes again as it was", async () => {
    const { cache, told } = listened();
    cache.put(namespace("a", "1"));
    cache.put(namespace("a", "1"));
    await cache.replaceAll([namespace("a", "1")], false);
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

  it("does not mix up namesakes in two namespaces, nor names of Object.prototype", async () => {
    const { cache } = listened();
    const secret = (where: string): KubeObject => ({
      ...namespace("x", "1"),
      metadata: { ...namespace("x", "1").metadata, namespace: where },
    });
    await cache.replaceAll([secret("a"), secret("b")], true);
    assert.equal(cache.get({ namespace: "b", name: "x" })?.metadata.namespace, "b");
    assert.equal(cache.get({ name: "x" }), undefined);
    assert.equal(cache.get({ name: "constructor" }), undefined);
  });
});
