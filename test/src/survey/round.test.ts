import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../../src/metrics.ts";
import { createReport } from "../../../src/survey/report.ts";
import { createRound, type RoundDeps } from "../../../src/survey/round.ts";
import { rules } from "../../../webhooks/validating/index.ts";
import { KUSTOMIZATIONS } from "../../../webhooks/validating/resource.ts";
import type { Rule } from "../../../webhooks/validating/rule.ts";
import { testFacts, testPolicy } from "../../helpers/admission.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { discoveryOf, KUSTOMIZE_API, violating } from "../../helpers/discovery.ts";
import { createFakeKube, kubeError } from "../../helpers/kube-fake.ts";
import { createTestLog } from "../../helpers/log.ts";

function scene(more: Partial<RoundDeps> = {}) {
  const kube = createFakeKube();
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const clock = {
    ...createTestClock(),
    after: (_ms: number, task: () => void) => (setImmediate(task), () => undefined),
  };
  const events: string[] = [];
  const round = createRound({
    client: { ...kube.client, ...discoveryOf(KUSTOMIZE_API) },
    rules,
    facts: testFacts(),
    events: {
      record: ({ metadata }, { reason }) => void events.push(`${reason} ${metadata.namespace}/${metadata.name}`),
    },
    clock,
    log,
    metrics,
    ...more,
  });
  const report = createReport(metrics);
  const ask = { resources: [KUSTOMIZATIONS], policy: testPolicy(), report, signal: new AbortController().signal };
  const scrape = async (): Promise<string> => (await metrics.scrape()).body;
  return { kube, lines, events, round, ask, scrape };
}

describe("createRound", () => {
  it("counts and tells of each object that rules are against, and leaves them all alone", async () => {
    const { kube, lines, events, round, ask, scrape } = scene();
    for (const object of [...violating("tenant-a", 3), ...violating("plain", 1)]) kube.put(object);
    assert.deepEqual(await round(ask), []);
    const text = await scrape();
    assert.match(text, /^landlord_survey_violations\{rule="K4",namespace="tenant-a",action="deny"\} 3$/m);
    assert.match(text, /^landlord_survey_violations\{rule="K1",namespace="_other",action="deny"\} 1$/m);
    assert.match(text, /^landlord_survey_objects\{resource="kustomizations"\} 4$/m);
    assert.equal(events.filter((event) => event.startsWith("ConfinementViolation tenant-a/wrong-")).length, 3);
    assert.deepEqual(kube.writes(), []);
    const line = lines.find(({ message }) => message === "survey done");
    assert.deepEqual([line?.fields["objects"], line?.fields["failed"], line?.fields["eventsHeldBack"]], [4, 0, 0]);
  });

  it("says in its last line how many Events it had no room for", async () => {
    const { kube, lines, events, round, ask } = scene();
    for (const object of violating("tenant-a", 203)) kube.put(object);
    await round(ask);
    assert.equal(events.length, 200);
    assert.equal(lines.at(-1)?.fields["eventsHeldBack"], 3);
  });

  it("names a resource that it cannot read in log and metric, gives it back, and lets stand what was known of it", async () => {
    const { kube, lines, round, ask, scrape } = scene();
    for (const object of violating("tenant-a", 2)) kube.put(object);
    await round(ask);
    lines.length = 0;
    kube.failNext("list Kustomization", kubeError(403, "Forbidden"));
    assert.deepEqual(await round(ask), [KUSTOMIZATIONS]);
    assert.match(await scrape(), /^landlord_survey_errors_total\{resource="kustomizations"\} 1$/m);
    assert.equal(lines[0]?.fields["resource"], "kustomizations");
    assert.match(await scrape(), /^landlord_survey_violations\{rule="K1",namespace="tenant-a",action="deny"\} 2$/m);
  });

  it("reports nothing of a walk that was given up", async () => {
    const stop = new AbortController();
    const { kube, lines, round, ask, scrape } = scene({
      facts: { ...testFacts(), synced: () => (stop.abort(), true) },
    });
    for (const object of violating("tenant-a", 5)) kube.put(object);
    assert.deepEqual(await round({ ...ask, signal: stop.signal }), []);
    assert.doesNotMatch(await scrape(), /^landlord_survey_violations\{/m);
    assert.deepEqual(lines, []);
  });

  it("logs a rule that throws once, not for each object", async () => {
    const check = (): never => {
      throw new Error("broken");
    };
    const broken: Rule = { id: "X1", name: "broken", resources: [KUSTOMIZATIONS], check };
    const { kube, lines, round, ask } = scene({ rules: [broken] });
    for (const object of violating("tenant-a", 5)) kube.put(object);
    await round(ask);
    assert.equal(lines.filter(({ level }) => level === "error").length, 1);
  });
});
