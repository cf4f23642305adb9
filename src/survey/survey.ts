// Judges what is in the cluster already, again and again, and reports it: figures, Events, a log line. Changes nothing of what it finds.
import type { Policy } from "../../webhooks/policy.ts";
import { fullJitter } from "../model/backoff.ts";
import { aborted, delay } from "../model/clock.ts";
import { createReport, type Report } from "./report.ts";
import { createRound, type RoundDeps } from "./round.ts";
import { resourcesAtRest } from "./rules-at-rest.ts";

export interface SurveyOptions extends RoundDeps {
  /** Undefined: none was read yet; nothing is judged before there is one. */
  policy: () => Policy | undefined;
  /** From the end of one walk to the next; 0: only at the start and after `again`. */
  intervalMs: number;
  random?: () => number;
}

export interface Survey {
  /** Walks until the signal is aborted; never rejects. For the holder of the Lease. */
  lead(signal: AbortSignal): Promise<void>;
  /** What is judged by has changed: a walk in hand is given up, and a new one begins. Nothing unless this replica leads. */
  again(): void;
}

const LOOK_MS = 100;
const BACKOFF = { baseMs: 5_000, maxMs: 300_000 };
const LEAST_WAIT_MS = 1_000;

export function createSurvey(options: SurveyOptions): Survey {
  const { facts, clock, metrics, intervalMs, random = Math.random } = options;
  const resources = resourcesAtRest(options.rules);
  const walkOnce = createRound(options);
  /** Aborted to begin anew; set while this replica leads. */
  let course: AbortController | undefined;

  async function lead(signal: AbortSignal): Promise<void> {
    const report = createReport(metrics);
    while (!signal.aborted) {
      course = new AbortController();
      await follow(AbortSignal.any([signal, course.signal]), report);
    }
    course = undefined;
    report.clear();
  }

  /** All resources now and after each interval; in between those that could not be read. Resolves when aborted. */
  async function follow(signal: AbortSignal, report: Report): Promise<void> {
    let due = resources;
    let failures = 0;
    let whole = 0;
    while (!signal.aborted) {
      const policy = await readyPolicy(signal);
      if (policy === undefined) return;
      const failed = await walkOnce({ resources: due, policy, report, signal });
      if (signal.aborted) return;
      if (due === resources) whole = clock.now() + intervalMs * (0.9 + 0.2 * random());
      if (failed.length === 0) metrics.surveyLastSuccess.set(clock.now() / 1000);
      const untilWhole = intervalMs === 0 ? Number.POSITIVE_INFINITY : Math.max(whole - clock.now(), 0);
      const untilRetry = LEAST_WAIT_MS + fullJitter(failures, BACKOFF, random);
      const retries = failed.length > 0 && untilRetry < untilWhole;
      failures = retries ? failures + 1 : 0;
      due = retries ? failed : resources;
      await wait(retries ? untilRetry : untilWhole, signal);
    }
  }

  /** The policy to go by, once the facts are complete; undefined when aborted. */
  async function readyPolicy(signal: AbortSignal): Promise<Policy | undefined> {
    while (!signal.aborted) {
      const policy = options.policy();
      if (policy !== undefined && facts.synced()) return policy;
      await delay(LOOK_MS, clock, signal);
    }
    return undefined;
  }

  function wait(ms: number, signal: AbortSignal): Promise<void> {
    return Number.isFinite(ms) ? delay(ms, clock, signal) : aborted(signal);
  }

  return { lead, again: () => course?.abort() };
}
