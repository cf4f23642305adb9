// One walk of the survey: judges, counts and tells. When it begins and what comes after it is survey.ts's part.
import type { Facts } from "../../webhooks/facts.ts";
import type { Policy } from "../../webhooks/policy.ts";
import type { Resource } from "../../webhooks/validating/resource.ts";
import type { Rule } from "../../webhooks/validating/rule.ts";
import type { KubeClient } from "../kube/client.ts";
import type { EventRecorder } from "../kube/events.ts";
import type { Metrics } from "../metrics.ts";
import { type Clock, delay } from "../model/clock.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { createAnnouncer } from "./announcer.ts";
import { createJudgeAtRest } from "./judge-at-rest.ts";
import type { Report } from "./report.ts";
import { namespaceLabel } from "./tally.ts";
import { walk } from "./walk.ts";

export interface RoundDeps {
  client: Pick<KubeClient, "getPath" | "list">;
  rules: readonly Rule[];
  facts: Facts;
  events: Pick<EventRecorder, "record">;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** Resolves to the resources that could not be read: what was found of them before still stands. Nothing is reported once aborted. */
export type Round = (ask: {
  resources: readonly Resource[];
  policy: Policy;
  report: Report;
  signal: AbortSignal;
}) => Promise<Resource[]>;

/** Between two pages: admission and the API server have better things to do. */
const PAUSE_MS = 20;

export function createRound({ client, rules, facts, events, clock, log, metrics }: RoundDeps): Round {
  const announcer = createAnnouncer(events);

  return async ({ resources, policy, report, signal }) => {
    const began = clock.now();
    const failed: Resource[] = [];
    const draft = report.begin();
    announcer.begin();
    const pages = walk({
      client,
      resources,
      judge: createJudgeAtRest({ rules, facts, policy: () => policy, onError: once(log), time: () => clock.now() }),
      signal,
      failed(resource, error) {
        failed.push(resource);
        metrics.surveyErrors.inc({ resource: resource.resource });
        log.warn({ resource: resource.resource, error: describe(error) }, "survey could not read a resource");
      },
      pause: () => delay(PAUSE_MS, clock, signal),
    });
    for await (const { resource, first, found } of pages) {
      const tally = draft.tallyOf(resource, first);
      for (const { object, request, judgement } of found) {
        tally.judged(namespaceLabel(request.namespace, facts, policy), judgement);
        announcer.announce(object, judgement);
      }
    }
    if (signal.aborted) return [];
    const figures = draft.publish(resources.filter((resource) => !failed.includes(resource)));
    const eventsHeldBack = announcer.heldBack();
    const seconds = (clock.now() - began) / 1000;
    log.info({ ...figures, failed: failed.length, eventsHeldBack, seconds }, "survey done");
    return failed;
  };
}

/** A rule that throws on one object may throw on thousands. */
function once(log: Log): (rule: Rule, error: unknown) => void {
  const told = new Set<string>();
  return ({ id }, error) => {
    if (told.has(id)) return;
    told.add(id);
    log.error({ rule: id, error: describe(error) }, "rule failed on an object in the cluster");
  };
}
