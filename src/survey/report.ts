// The figures of the survey: what the last walk found, by resource, and what of it Prometheus gets to see.
import type { Resource } from "../../webhooks/validating/resource.ts";
import type { Metrics } from "../metrics.ts";
import { type Action, createTally, type Tally } from "./tally.ts";

type SurveyMetrics = Pick<Metrics, "surveyViolations" | "surveyObjects">;

/** For the log: objects, and how often a rule is against one. */
export type Figures = { objects: number } & Record<Action, number>;

export interface Report {
  /** A new walk. Until it is published, what the last one found stands. */
  begin(): Draft;
  /** Takes all figures away: from now on another replica has them. */
  clear(): void;
}

export interface Draft {
  /** Where the resource's objects are counted; `first` begins at nothing. */
  tallyOf(resource: Resource, first: boolean): Tally;
  /** Puts the figures of these resources in the place of their former ones; one that was not met has none. */
  publish(resources: readonly Resource[]): Figures;
}

export function createReport(metrics: SurveyMetrics): Report {
  const standing = new Map<Resource, Tally>();

  function begin(): Draft {
    const fresh = new Map<Resource, Tally>();
    return {
      tallyOf(resource, first) {
        const known = first ? undefined : fresh.get(resource);
        const tally = known ?? createTally();
        fresh.set(resource, tally);
        return tally;
      },
      publish(resources) {
        for (const resource of resources) {
          const tally = fresh.get(resource);
          if (tally === undefined) standing.delete(resource);
          else standing.set(resource, tally);
        }
        return show();
      },
    };
  }

  /** In one go, so that no scrape sees half of it. Namespaces that are clean again vanish. */
  function show(): Figures {
    const figures: Figures = { objects: 0, deny: 0, "would-deny": 0, warn: 0 };
    const all = createTally();
    metrics.surveyObjects.reset();
    for (const [{ resource }, tally] of standing) {
      metrics.surveyObjects.set({ resource }, tally.objects());
      figures.objects += tally.objects();
      for (const count of tally.counts()) all.add(count);
    }
    metrics.surveyViolations.reset();
    for (const { rule, namespace, action, objects } of all.counts()) {
      metrics.surveyViolations.set({ rule, namespace, action }, objects);
      figures[action] += objects;
    }
    return figures;
  }

  return {
    begin,
    clear() {
      standing.clear();
      show();
    },
  };
}
