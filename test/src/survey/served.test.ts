import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createServed } from "../../../src/survey/served.ts";
import {
  ALERTS,
  CLUSTER_ROLE_BINDINGS,
  KUSTOMIZATIONS,
  NAMESPACES,
  RECEIVERS,
} from "../../../webhooks/validating/resource.ts";
import { discoveryOf, RBAC_API } from "../../helpers/discovery.ts";
import { kubeError } from "../../helpers/kube-fake.ts";

const NOTIFICATION = "notification.toolkit.fluxcd.io";
const { signal } = new AbortController();

describe("createServed", () => {
  it("takes the preferred version, and another where the preferred one lacks the resource", async () => {
    const versions = { v1beta3: ["alerts", "providers", "receivers"], v1: ["receivers"], v1beta2: ["alerts"] };
    const served = createServed(discoveryOf({ [NOTIFICATION]: { versions, preferred: "v1" } }), signal);
    assert.equal((await served(RECEIVERS))?.apiVersion, `${NOTIFICATION}/v1`);
    assert.deepEqual(await served(ALERTS), {
      apiVersion: `${NOTIFICATION}/v1beta3`,
      kind: "Alert",
      plural: "alerts",
      namespaced: true,
    });
  });

  it("knows what is not served: no such group, or no version that has it", async () => {
    const served = createServed(discoveryOf({ [NOTIFICATION]: { versions: { v1: ["receivers"] } } }), signal);
    assert.equal(await served(KUSTOMIZATIONS), undefined);
    assert.equal(await served(ALERTS), undefined);
  });

  it("keeps cluster-wide resources apart from namespaced ones", async () => {
    const served = createServed(discoveryOf(RBAC_API), signal);
    assert.equal((await served(CLUSTER_ROLE_BINDINGS))?.namespaced, false);
  });

  it("finds core resources where they are", async () => {
    const getPath = async (path: string) => (path === "/api/v1" ? { resources: [{ name: "namespaces" }] } : {});
    assert.equal((await createServed({ getPath }, signal)(NAMESPACES))?.apiVersion, "v1");
  });

  it("asks once for each group and version", async () => {
    const asked: string[] = [];
    const served = createServed(
      discoveryOf({ [NOTIFICATION]: { versions: { v1: ["alerts", "receivers"] } } }, asked),
      signal,
    );
    await served(ALERTS);
    await served(RECEIVERS);
    assert.deepEqual(asked, [`/apis/${NOTIFICATION}`, `/apis/${NOTIFICATION}/v1`]);
  });

  it("does not take an error for an API that is not served, nor nonsense for one that is", async () => {
    const getPath = async () => Promise.reject(kubeError(503, "ServiceUnavailable"));
    await assert.rejects(createServed({ getPath }, signal)(ALERTS), { status: 503 });
    for (const answer of [null, [], "x", { versions: "v1" }, { versions: [null, 1, { version: 1 }] }]) {
      assert.equal(await createServed({ getPath: async () => answer }, signal)(ALERTS), undefined);
    }
  });
});
