// The door for kubelet and Prometheus: GET /livez, /readyz and /metrics.
import type { Express, Response } from "express";
import type { Metrics } from "../metrics.ts";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { answerJson } from "./answer.ts";
import { createApp, onlyMethods, type Routes } from "./app.ts";
import { metricsRoutes } from "./metrics.ts";

/** `true`, half a line on what is not as it should be, or a note on what is worth a look although all works. */
export interface ReadyCheck {
  name: string;
  check: () => true | string | { note: string };
}

/** `checks` are asked in order on every request, so more may be added later. */
export function createHealthApp(options: { checks: readonly ReadyCheck[]; metrics: Metrics; log: Log }): Express {
  const { checks, metrics, log } = options;
  return createApp({ routes: [healthRoutes(checks), metricsRoutes(metrics)], log });
}

/** Alive: it answers. Ready: every check says so; 503 lists those that do not, and why. Notes are told either way. */
function healthRoutes(checks: readonly ReadyCheck[]): Routes {
  return (app) => {
    app.get("/livez", (_request, response) => answerOutcomes(response, [])).all("/livez", onlyMethods("GET", "HEAD"));
    app
      .get("/readyz", (_request, response) => answerOutcomes(response, checks.map(outcomeOf)))
      .all("/readyz", onlyMethods("GET", "HEAD"));
  };
}

interface Outcome {
  name: string;
  result: ReturnType<ReadyCheck["check"]>;
}

/** A check that throws has not said that all is well. */
function outcomeOf({ name, check }: ReadyCheck): Outcome {
  try {
    return { name, result: check() };
  } catch (error) {
    return { name, result: `check failed: ${describe(error)}` };
  }
}

function answerOutcomes(response: Response, outcomes: readonly Outcome[]): void {
  const failed = outcomes.flatMap(({ name, result }) => (typeof result === "string" ? [{ name, reason: result }] : []));
  const notes = outcomes.flatMap(({ name, result }) => (typeof result === "object" ? [{ name, ...result }] : []));
  const told = notes.length === 0 ? {} : { notes };
  if (failed.length === 0) return answerJson(response, 200, JSON.stringify({ message: "ok", ...told }));
  answerJson(response, 503, JSON.stringify({ message: "not ready", failed, ...told }));
}
