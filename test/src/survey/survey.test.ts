import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "../../../src/metrics.ts";
import { createSurvey } from "../../../src/survey/survey.ts";
import type { Policy } from "../../../webhooks/policy.ts";
import { rules } from "../../../webhooks/validating/index.ts";
import { testFacts, testPolicy } from "../../helpers/admission.ts";
import { createTestClock } from "../../helpers/clock.ts";
import { discoveryOf, KUSTOMIZE_API, RBAC_API, violating } from "../../helpers/discovery.ts";
import { createFakeKube, kubeError } from "../../helpers/kube-fake.ts";
import { createTestLog } from "../../helpers/log.ts";

const HOUR = 3_600_000;

/** A survey that leads, over a cluster with two violating Kustomizations. */
function scene(t: { after: (end: () => Promise<void>) => void }, { intervalMs = HOUR, ready = true } = {}) {
  const kube = createFakeKube();
  for (const object of violating("tenant-a", 2)) kube.put(object);
  const clock = createTestClock();
  const { log, lines } = createTestLog();
  const metrics = createMetrics();
  const state = { synced: ready, policy: ready ? testPolicy() : (undefined as Policy | undefined), events: 0 };
  const survey = createSurvey({
    client: { ...kube.client, ...discoveryOf({ ...KUSTOMIZE_API, ...RBAC_API }) },
    rules,
    facts: { ...testFacts(), synced: () => state.synced },
    policy: () => state.policy,
    events: { record: () => void state.events++ },
    intervalMs,
    clock,
    log,
    metrics,
    random: () => 0.5,
  });
  const stop = new AbortController();
  const led = survey.lead(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await led;
  };
  t.after(end);
  const scrape = async (): Promise<string> => (await metrics.scrape()).body;
  /** Lets the pauses between pages pass, and no more. */
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 20; turns++) await clock.advance(20);
  };
  const walks = (): number => kube.calls.filter((call) => call.startsWith("list Kustomization")).length;
  const done = (): number => lines.filter(({ message }) => message === "survey done").length;
  return { kube, clock, lines, survey, state, end, scrape, settle, walks, done };
}

const VIOLATIONS = /^landlord_survey_violations\{rule="K1",namespace="tenant-a",action="deny"\} (\d+)$/m;

describe("createSurvey", () => {
  it("walks at once, and says when it was through", async (t) => {
    const { settle, scrape, done, state } = scene(t);
    await settle();
    assert.equal(done(), 1);
    const text = await scrape();
    assert.equal(VIOLATIONS.exec(text)?.[1], "2");
    assert.match(text, /^landlord_survey_last_success_timestamp_seconds 1767/m);
    assert.equal(state.events, 2);
  });

  it("waits for the facts and for a policy", async (t) => {
    const synced = { synced: true };
    const policy = { policy: testPolicy() };
    for (const [first, second] of [
      [synced, policy],
      [policy, synced],
    ]) {
      const { settle, walks, done, state } = scene(t, { ready: false });
      await settle();
      Object.assign(state, first);
      await settle();
      assert.equal(walks(), 0);
      Object.assign(state, second);
      await settle();
      assert.equal(done(), 1);
    }
  });

  it("walks again after the interval, without telling the same twice", async (t) => {
    const { clock, settle, done, state } = scene(t);
    await settle();
    await clock.advance(HOUR - 1_000);
    assert.equal(done(), 1);
    await clock.advance(1_000);
    await settle();
    assert.equal(done(), 2);
    assert.equal(state.events, 2);
  });

  it("does not walk again by itself where the interval is 0", async (t) => {
    const { clock, survey, settle, done } = scene(t, { intervalMs: 0 });
    await settle();
    await clock.advance(1_000 * HOUR);
    assert.equal(done(), 1);
    survey.again();
    await settle();
    assert.equal(done(), 2);
  });

  it("takes a changed policy into account: what it allows is gone", async (t) => {
    const { survey, settle, scrape, state } = scene(t);
    await settle();
    state.policy = testPolicy({ warnOnly: [{}] });
    survey.again();
    await settle();
    const text = await scrape();
    assert.doesNotMatch(text, VIOLATIONS);
    assert.match(text, /^landlord_survey_violations\{rule="K1",namespace="tenant-a",action="would-deny"\} 2$/m);
  });

  it("gives up a walk in hand when the policy changes", async (t) => {
    const { clock, survey, settle, walks, done } = scene(t);
    await clock.advance(0);
    assert.deepEqual([walks(), done()], [1, 0]);
    survey.again();
    await settle();
    assert.deepEqual([walks(), done()], [2, 1]);
  });

  it("tries what it could not read again, and only that, after a while", async (t) => {
    const { kube, clock, settle, scrape, walks, done } = scene(t);
    kube.failNext("list Kustomization", kubeError(500, "InternalError"));
    await settle();
    assert.match(await scrape(), /^landlord_survey_last_success_timestamp_seconds 0$/m);
    assert.equal(walks(), 1);
    await clock.advance(4_000);
    await settle();
    assert.deepEqual([walks(), done()], [2, 2]);
    assert.equal(kube.calls.filter((call) => call.startsWith("list RoleBinding")).length, 1);
    assert.equal(VIOLATIONS.exec(await scrape())?.[1], "2");
    assert.match(await scrape(), /^landlord_survey_last_success_timestamp_seconds 1767/m);
  });

  it("goes on trying however long it takes, ever more seldom", async (t) => {
    const { kube, clock, settle, walks } = scene(t, { intervalMs: 0 });
    for (let time = 0; time < 100; time++) kube.failNext("list Kustomization", kubeError(500, "InternalError"));
    await settle();
    for (let minute = 0; minute < 60; minute++) await clock.advance(60_000);
    assert.ok(walks() > 10 && walks() < 40, String(walks()));
  });

  it("shows no figures any more once it leads no longer", async (t) => {
    const { settle, scrape, end } = scene(t);
    await settle();
    await end();
    assert.doesNotMatch(await scrape(), VIOLATIONS);
  });
});
