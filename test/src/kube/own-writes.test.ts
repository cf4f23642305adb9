import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { createOwnWrites, type OwnWrites } from "../../../src/kube/own-writes.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createTestClock, type TestClock } from "../../helpers/clock.ts";
import { createFakeKube, type FakeKube } from "../../helpers/kube-fake.ts";

const REF = { namespace: "a", name: "x" };
const secret = (value: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { ...REF, labels: { value } },
});
const valueOf = (object: KubeObject | undefined): string | undefined => object?.metadata.labels?.["value"];

describe("createOwnWrites", () => {
  let kube: FakeKube;
  let clock: TestClock;
  let view: OwnWrites<KubeObject>;

  beforeEach(() => {
    kube = createFakeKube();
    clock = createTestClock();
    view = createOwnWrites(kube.cache("Secret"), clock);
  });

  it("reads the cache where nothing was written", () => {
    kube.put(secret("1"));
    assert.equal(valueOf(view.get(REF)), "1");
    assert.equal(view.get({ namespace: "a", name: "other" }), undefined);
  });

  it("sees an own write before its event comes", () => {
    kube.freeze();
    view.wrote(kube.put(secret("1")));
    assert.equal(valueOf(view.get(REF)), "1");
  });

  it("sees the own write, not an older event that comes after it", () => {
    kube.freeze();
    const older = kube.put(secret("1"));
    view.wrote(kube.put(secret("2")));
    assert.notEqual(older.metadata.resourceVersion, undefined);
    assert.equal(valueOf(view.get(REF)), "2");
    kube.thaw();
    assert.equal(valueOf(view.get(REF)), "2");
  });

  it("follows the cache again once it has caught up", () => {
    view.wrote(kube.put(secret("1")));
    kube.put(secret("2"));
    assert.equal(valueOf(view.get(REF)), "2");
  });

  it("forgets an own write when somebody deletes the object", () => {
    kube.freeze();
    view.wrote(kube.put(secret("1")));
    kube.delete("Secret", REF);
    kube.thaw();
    assert.equal(view.get(REF), undefined);
  });

  it("does not see what it has removed, until somebody makes it anew", () => {
    kube.put(secret("1"));
    kube.freeze();
    view.removed(REF);
    kube.delete("Secret", REF);
    assert.equal(view.get(REF), undefined);
    kube.thaw();
    assert.equal(view.get(REF), undefined);
    kube.put(secret("2"));
    assert.equal(valueOf(view.get(REF)), "2");
  });

  it("holds on to a write while the watch is silent, for as long as it takes to notice that", async () => {
    kube.freeze();
    view.wrote(kube.put(secret("1")));
    await clock.advance(150_000);
    assert.equal(valueOf(view.get(REF)), "1");
  });

  it("forgets a write that the watch has passed without telling of it: it was undone while the watch was away", () => {
    view.wrote({ ...secret("1"), metadata: { ...REF, resourceVersion: "50" } });
    view.wrote({ ...secret("2"), metadata: { ...REF, name: "z", resourceVersion: "9000" } });
    const passed: KubeObject = kube.put({ ...secret("3"), metadata: { namespace: "a", name: "y" } });
    const version = Number(passed.metadata.resourceVersion);
    assert.ok(version > 50 && version < 9000, String(version));
    assert.equal(view.get(REF), undefined);
    assert.notEqual(view.get({ namespace: "a", name: "z" }), undefined);
  });

  it("says that a write was undone while the watch was away: no event will", () => {
    const undone: string[] = [];
    const telling = createOwnWrites<KubeObject>(kube.cache("Secret"), clock, ({ metadata }) => {
      undone.push(metadata.name);
    });
    telling.wrote({ ...secret("1"), metadata: { ...REF, resourceVersion: "50" } });
    telling.wrote(kube.put(secret("2")));
    telling.wrote({ ...secret("3"), metadata: { ...REF, name: "lost", resourceVersion: "60" } });
    kube.put({ ...secret("4"), metadata: { namespace: "a", name: "y" } });
    assert.deepEqual(undone, ["lost"]);
  });

  it("says so too where nothing else happens to the kind, once the watch says how far it is", () => {
    const undone: string[] = [];
    const telling = createOwnWrites<KubeObject>(kube.cache("Secret"), clock, ({ metadata }) => {
      undone.push(metadata.name);
    });
    telling.wrote({ ...secret("1"), metadata: { ...REF, name: "lost", resourceVersion: "1" } });
    telling.wrote({ ...secret("2"), metadata: { ...REF, name: "not yet told", resourceVersion: "9000" } });
    kube.bookmark();
    assert.deepEqual(undone, ["lost"]);
  });

  it("forgets a write when a later list says that the object is gone, although it tells of an older version", () => {
    const older = kube.put(secret("1"));
    view.wrote({ ...older, metadata: { ...older.metadata, resourceVersion: "9000" } });
    kube.delete("Secret", REF);
    assert.equal(view.get(REF), undefined);
  });

  it("does not hold on for ever to a write whose event never comes", async () => {
    kube.freeze();
    view.wrote(kube.put(secret("1")));
    await clock.advance(180_000);
    assert.equal(view.get(REF), undefined);
  });
});
