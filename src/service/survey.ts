// What the role `webhooks` does about objects that are older than the rules: judged and reported by the holder of a Lease of their own.
// Of their own, so that it does not matter which other roles this replica has: who sets tenants up contends for another one.
import type { Facts } from "../../webhooks/facts.ts";
import { rules } from "../../webhooks/validating/index.ts";
import type { CurrentPolicy } from "../policy/current.ts";
import { createSurvey } from "../survey/survey.ts";
import { createLeading } from "./leading.ts";
import type { Cluster, Parts } from "./parts.ts";

/** Contends for the Lease; the holder walks once the facts are complete and there is a policy. */
export function startSurvey(
  parts: Parts,
  cluster: Cluster,
  { facts, policy }: { facts: Facts; policy: Pick<CurrentPolicy, "policy" | "onChange"> },
): void {
  const { config, clock, log, metrics } = parts;
  const leading = createLeading(parts, cluster, {
    role: "survey",
    lease: "landlord-survey",
    leader: metrics.surveyLeader,
  });
  const { client, events } = leading;
  const survey = createSurvey({
    client,
    clock,
    log,
    metrics,
    rules,
    facts,
    policy: () => policy.policy(),
    events,
    intervalMs: config.surveyIntervalMs,
  });
  policy.onChange(() => survey.again());
  leading.run((signal) => survey.lead(signal));
}
