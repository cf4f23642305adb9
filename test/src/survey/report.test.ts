import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../../src/metrics.ts";
import { createReport, type Draft } from "../../../src/survey/report.ts";
import { HELM_RELEASES, KUSTOMIZATIONS, type Resource } from "../../../webhooks/validating/resource.ts";

function made() {
  const metrics = createMetrics();
  const shown = async (name: string): Promise<string[]> => {
    const { body } = await metrics.scrape();
    return body.split("\n").filter((line) => line.startsWith(`landlord_survey_${name}{`));
  };
  return { report: createReport(metrics), shown };
}

function found(draft: Draft, resource: Resource, ...namespaces: string[]): void {
  const tally = draft.tallyOf(resource, true);
  for (const namespace of namespaces) tally.add({ rule: "K1", namespace, action: "deny", objects: 1 });
}

const BOTH = [KUSTOMIZATIONS, HELM_RELEASES];
const line = (namespace: string, count: number): string =>
  `landlord_survey_violations{rule="K1",namespace="${namespace}",action="deny"} ${count}`;

describe("createReport", () => {
  it("shows a walk when it is published, all resources taken together", async () => {
    const { report, shown } = made();
    const draft = report.begin();
    found(draft, KUSTOMIZATIONS, "a", "a", "b");
    found(draft, HELM_RELEASES, "a");
    assert.deepEqual(await shown("violations"), []);
    assert.equal(draft.publish(BOTH).deny, 4);
    assert.deepEqual(await shown("violations"), [line("a", 3), line("b", 1)]);
    assert.equal((await shown("objects")).length, 2);
  });

  it("lets namespaces vanish that are clean again, and resources that are no longer served", async () => {
    const { report, shown } = made();
    const before = report.begin();
    found(before, KUSTOMIZATIONS, "a", "b");
    found(before, HELM_RELEASES, "a");
    before.publish(BOTH);
    const now = report.begin();
    found(now, KUSTOMIZATIONS, "b");
    now.publish(BOTH);
    assert.deepEqual(await shown("violations"), [line("b", 1)]);
    assert.equal((await shown("objects")).length, 1);
  });

  it("keeps what was known of a resource that could not be read", async () => {
    const { report, shown } = made();
    const before = report.begin();
    found(before, KUSTOMIZATIONS, "a");
    before.publish(BOTH);
    const half = report.begin();
    found(half, KUSTOMIZATIONS);
    half.publish([HELM_RELEASES]);
    assert.deepEqual(await shown("violations"), [line("a", 1)]);
  });

  it("begins a resource's count anew when its list does", async () => {
    const { report, shown } = made();
    const draft = report.begin();
    found(draft, KUSTOMIZATIONS, "a");
    found(draft, KUSTOMIZATIONS, "a");
    draft.tallyOf(KUSTOMIZATIONS, false).add({ rule: "K1", namespace: "a", action: "deny", objects: 1 });
    draft.publish(BOTH);
    assert.deepEqual(await shown("violations"), [line("a", 2)]);
  });

  it("shows nothing once cleared: another replica does", async () => {
    const { report, shown } = made();
    const draft = report.begin();
    found(draft, KUSTOMIZATIONS, "a");
    draft.publish(BOTH);
    report.clear();
    assert.deepEqual([...(await shown("violations")), ...(await shown("objects"))], []);
  });
});
