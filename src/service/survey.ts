// What the role `webhooks` does about objects that are older than the rules: judged and reported by the holder of a Lease of their own.
// Of their own, so that it does not matter which other roles this replica has: who sets tenants up contends for another one.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Facts } from "../../webhooks/facts.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { createEventRecorder } from "../kube/events.ts";
import { runWithLease } from "../kube/lease.ts";
import type { CurrentPolicy } from "../policy/current.ts";
import { createSurvey } from "../survey/survey.ts";
import type { Cluster, Parts } from "./parts.ts";

const LEASE = "landlord-survey";

/** Contends for the Lease; the holder walks once the facts are complete and there is a policy. */
export function startSurvey(
  parts: Parts,
  { client }: Cluster,
  { facts, policy }: { facts: Facts; policy: Pick<CurrentPolicy, "policy" | "onChange"> },
): void {
  const { config, lifecycle, background, clock, log, metrics } = parts;
  const shared = { client, clock, log, metrics };
  const identity = config.identity ?? hostname();
  const events = createEventRecorder({ ...shared, identity });
  lifecycle.onStop("events of the survey", () => events.flush());
  const survey = createSurvey({
    ...shared,
    rules,
    facts,
    policy: () => policy.policy(),
    events,
    intervalMs: config.surveyIntervalMs,
  });
  policy.onChange(() => survey.again());

  const stop = new AbortController();
  const led = runWithLease({
    ...shared,
    metrics: { leader: metrics.surveyLeader },
    namespace: config.namespace,
    name: LEASE,
    identity: `${identity}_${randomUUID().slice(0, 8)}`,
    signal: stop.signal,
    lead: (signal) => survey.lead(signal),
  });
  background("survey", () => led);
  lifecycle.onStop("survey and its Lease", async () => {
    stop.abort();
    await led;
  });
}
