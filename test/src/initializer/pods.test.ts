import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { liftGates } from "../../../src/initializer/pods.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { createFakeKube, kubeError } from "../../helpers/kube-fake.ts";

const pod = (namespace: string, name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace, name, labels: { "landlord.dev/gated": "true" } },
});

describe("liftGates", () => {
  it("lets the gated Pods of one namespace go, and no others", async () => {
    const kube = createFakeKube();
    const gatedPods = kube.cache("Pod");
    for (const [namespace, name] of [
      ["team-a", "one"],
      ["team-a", "two"],
      ["team-b", "three"],
    ] as const)
      kube.put(pod(namespace, name));
    const lifted = await liftGates("team-a", { client: kube.client, gatedPods, signal: new AbortController().signal });
    assert.equal(lifted, 2);
    assert.deepEqual(kube.writes(), ["patch Pod team-a/one", "patch Pod team-a/two"]);
  });

  it("does not mind a Pod that is gone meanwhile", async () => {
    const kube = createFakeKube();
    const gatedPods = kube.cache("Pod");
    kube.put(pod("team-a", "gone"));
    kube.put(pod("team-a", "here"));
    kube.failNext("patch Pod team-a/gone", kubeError(404, "NotFound"));
    assert.equal(
      await liftGates("team-a", { client: kube.client, gatedPods, signal: new AbortController().signal }),
      1,
    );
  });

  it("leaves a new Pod of the same name alone: the watch tells of it", async () => {
    const kube = createFakeKube();
    const gatedPods = kube.cache<KubeObject>("Pod");
    kube.put(pod("team-a", "one"));
    kube.freeze();
    kube.delete("Pod", { namespace: "team-a", name: "one" });
    kube.put(pod("team-a", "one"));
    const { signal } = new AbortController();
    assert.equal(await liftGates("team-a", { client: kube.client, gatedPods, signal }), 0);
    assert.equal(
      kube.get("Pod", { namespace: "team-a", name: "one" })?.metadata.labels?.["landlord.dev/gated"],
      "true",
    );
  });

  it("lets other errors through, for a retry, after the other Pods", async () => {
    const kube = createFakeKube();
    const gatedPods = kube.cache("Pod");
    for (const name of ["one", "two"]) kube.put(pod("team-a", name));
    kube.failNext("patch", kubeError(500, "InternalError"));
    await assert.rejects(
      liftGates("team-a", { client: kube.client, gatedPods, signal: new AbortController().signal }),
      { status: 500 },
    );
    assert.deepEqual(kube.writes(), ["patch Pod team-a/one", "patch Pod team-a/two"]);
  });
});
