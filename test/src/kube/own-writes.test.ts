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

  it("does not hold on to a write whose event never comes", async () => {
    kube.freeze();
    view.wrote(kube.put(secret("1")));
    await clock.advance(30_000);
    assert.equal(view.get(REF), undefined);
  });
});
