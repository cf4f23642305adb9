import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeClient } from "../../../src/kube/client.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";
import { startSurvey } from "../../../src/service/survey.ts";
import type { Policy } from "../../../webhooks/policy.ts";
import { testFacts, testPolicy } from "../../helpers/admission.ts";
import { discoveryOf, KUSTOMIZE_API, violating } from "../../helpers/discovery.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";

const CREDENTIALS = { server: "https://127.0.0.1:1", headers: async () => ({}), invalidate: () => undefined };

function clusterOf(client: KubeClient) {
  return {
    client: { ...client, ...discoveryOf(KUSTOMIZE_API) },
    credentials: CREDENTIALS,
    close: async () => undefined,
  };
}

describe("startSurvey", () => {
  it("judges what is there under a Lease of its own, and again when the policy changes", async (t) => {
    const { parts, health } = await partsOf(t, { LANDLORD_SURVEY_INTERVAL: "0" });
    const kube = createFakeKube();
    for (const object of violating("tenant-a", 1)) kube.put(object);
    const metadata = { name: "landlord-survey", namespace: "landlord" };
    kube.put({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec: {} } as KubeObject);
    let current = testPolicy();
    let hear: (policy: Policy) => void = () => assert.fail("nobody listens");
    const policy = { policy: () => current, onChange: (listener: typeof hear) => void (hear = listener) };
    startSurvey(parts, clusterOf(kube.client), { facts: testFacts(), policy });
    await eventually("it has told", () =>
      kube.writes().some((call) => call.startsWith("create Event tenant-a/wrong-0.")),
    );
    const shown = async (pattern: RegExp): Promise<boolean> => pattern.test((await health("/metrics")).text);
    await eventually("it has counted", () => shown(/^landlord_survey_violations\{rule="K1".*"deny"\} 1$/m));
    assert.ok(await shown(/^landlord_survey_leader 1$/m));
    assert.ok(await shown(/^landlord_leader 0$/m));
    current = testPolicy({ warnOnly: [{}] });
    hear(current);
    await eventually("it has looked again", () => shown(/^landlord_survey_violations\{rule="K1".*"would-deny"\} 1$/m));
  });

  it("stops in time while the API server is away, and fails nothing", async (t) => {
    const { parts, lifecycle, failures, lines } = await partsOf(t, {});
    const away = async (): Promise<never> => {
      throw new Error("no answer");
    };
    const client = { ...createFakeKube().client, get: away, create: away, replace: away };
    const policy = { policy: testPolicy, onChange: () => undefined };
    startSurvey(parts, clusterOf(client), { facts: testFacts(), policy });
    assert.equal(await lifecycle.stop(), true, JSON.stringify(lines));
    assert.deepEqual(failures, []);
  });
});
