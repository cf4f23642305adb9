import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConfigMap } from "../../../src/model/kube-object.ts";
import { createConfigMapPolicy } from "../../../src/policy/config-map-source.ts";
import type { Reading } from "../../../src/policy/source.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";

const configMap = (data?: Record<string, string>): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "landlord-policy", namespace: "landlord" },
  ...(data === undefined ? {} : { data }),
});

function follow(before?: ConfigMap) {
  const kube = createFakeKube();
  if (before !== undefined) kube.put(before);
  const told: Reading[] = [];
  const stop = new AbortController();
  const watch = kube.cache<ConfigMap>("ConfigMap");
  const source = createConfigMapPolicy({ watch, namespace: "landlord", name: "landlord-policy" });
  const run = source.run(stop.signal, (reading) => told.push(reading));
  return { kube, told, source, run, stop };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("the policy in a ConfigMap", () => {
  it("is told when the watch is complete, and with every change", async () => {
    const { kube, told, source, run, stop } = follow(configMap({ "policy.yaml": "one" }));
    assert.equal(source.name, "ConfigMap landlord/landlord-policy");
    assert.deepEqual(told, []);
    await turn();
    kube.put(configMap({ "policy.yaml": "two" }));
    kube.delete("ConfigMap", { name: "landlord-policy", namespace: "landlord" });
    stop.abort();
    await run;
    assert.deepEqual(told, [{ text: "one" }, { text: "two" }, { missing: "no such ConfigMap" }]);
  });

  it("is missing where there is none, and where it has not the key", async () => {
    const { kube, told } = follow();
    await turn();
    for (const data of [undefined, {}, { "policy.yml": "x" }]) kube.put(configMap(data));
    const none = { missing: "it has no key policy.yaml" };
    assert.deepEqual(told, [{ missing: "no such ConfigMap" }, none, none, none]);
  });

  it("tells nothing after it was stopped", async () => {
    const { kube, told, run, stop } = follow(configMap({ "policy.yaml": "one" }));
    stop.abort();
    await run;
    kube.put(configMap({ "policy.yaml": "two" }));
    assert.deepEqual(told, []);
  });
});
