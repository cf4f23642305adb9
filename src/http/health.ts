// The door for kubelet and Prometheus: GET /livez, /readyz and /metrics.
import type { Express, Response } from "express";
import type { Metrics } from "../metrics.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { answerJson } from "./answer.ts";
import { createApp, onlyMethods, type Routes } from "./app.ts";
import { metricsRoutes } from "./metrics.ts";

/** `true`, or half a line on what is not as it should be. */
export interface ReadyCheck {
  name: string;
  check: () => true | string;
}

/** `checks` are asked in order on every request, so more may be added later. */
export function createHealthApp(options: { checks: readonly ReadyCheck[]; metrics: Metrics; log: Log }): Express {
  const { checks, metrics, log } = options;
  return createApp({ routes: [healthRoutes(checks), metricsRoutes(metrics)], log });
}

/** Alive: it answers. Ready: every check says so; 503 lists those that do not, and why. */
function healthRoutes(checks: readonly ReadyCheck[]): Routes {
  return (app) => {
    app.get("/livez", (_request, response) => answerFailures(response, [])).all("/livez", onlyMethods("GET", "HEAD"));
    app
      .get("/readyz", (_request, response) => answerFailures(response, checks.flatMap(failureOf)))
      .all("/readyz", onlyMethods("GET", "HEAD"));
  };
}

interface Failure {
  name: string;
  reason: string;
}

function failureOf({ name, check }: ReadyCheck): Failure[] {
  const reason = outcomeOf(check);
  return reason === true ? [] : [{ name, reason }];
}

/** A check that throws has not said that all is well. */
function outcomeOf(check: ReadyCheck["check"]): true | string {
  try {
    return check();
  } catch (error) {
    return `check failed: ${describe(error)}`;
  }
}

function answerFailures(response: Response, failed: readonly Failure[]): void {
  if (failed.length === 0) return answerJson(response, 200, JSON.stringify({ message: "ok" }));
  answerJson(response, 503, JSON.stringify({ message: "not ready", failed }));
}
