// The admission webhooks' door: POST /mutate and POST /validate. Takes a body in and gives an answer out; reading and deciding is its handlers' part.
import type { Express, Request, Response } from "express";
import type { Metrics } from "../metrics.ts";
import type { Log } from "../model/log.ts";
import { answerError, answerJson } from "./answer.ts";
import { createApp, onlyMethods } from "./app.ts";
import { answerCrowdedOut, answerTooLarge, collectBody } from "./body.ts";
import { type BodyBudget, createBodyBudget } from "./body-budget.ts";

/** An object and the one it replaces, 3 MiB each at most in kube-apiserver, and what is around them. */
const BODY_LIMIT = 7 * 1024 * 1024;
/** Of all bodies that are on their way at once: four of the longest, or thousands of usual ones. The container's memory holds several times that. */
const BODIES_LIMIT = 32 * 1024 * 1024;

/** Body in, status and JSON out. May throw: that is a 500. */
export type WebhookHandler = (body: Buffer) => { status: number; body: string };

export function createWebhookApp(options: {
  mutate: WebhookHandler;
  validate: WebhookHandler;
  log: Log;
  metrics?: Pick<Metrics, "refusedBodies">;
  /** Bytes; for tests. */
  bodyLimit?: number;
  bodiesLimit?: number;
}): Express {
  const { mutate, validate, log, metrics, bodyLimit = BODY_LIMIT, bodiesLimit = BODIES_LIMIT } = options;
  const refused = metrics?.refusedBodies;
  for (const cause of ["large", "crowded"]) refused?.inc({ cause }, 0); // an alert sees no increase in a series that begins at 1
  const bounds = { limit: bodyLimit, budget: createBodyBudget(bodiesLimit), refused };
  const routes = (app: Express): void => {
    app.post("/mutate", webhook(mutate, bounds)).all("/mutate", onlyMethods("POST"));
    app.post("/validate", webhook(validate, bounds)).all("/validate", onlyMethods("POST"));
  };
  return createApp({ routes: [routes], log });
}

interface BodyBounds {
  limit: number;
  budget: BodyBudget;
  refused: Metrics["refusedBodies"] | undefined;
}

function webhook(
  handle: WebhookHandler,
  { limit, budget, refused }: BodyBounds,
): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    if (!isPlainJson(request)) return answerError(response, 415, "content type is not application/json");
    const body = await collectBody(request, limit, budget);
    if (body === "gone") return;
    if (body === "too large" || body === "crowded out") {
      const isLarge = body === "too large";
      refused?.inc({ cause: isLarge ? "large" : "crowded" });
      return (isLarge ? answerTooLarge : answerCrowdedOut)(request, response, limit);
    }
    if (body.length === 0) return answerError(response, 400, "body is empty");
    const answer = handle(body);
    answerJson(response, answer.status, answer.body);
  };
}

/** kube-apiserver sends `application/json`; parameters such as a charset are let through, compression is not. */
function isPlainJson({ headers }: Request): boolean {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  return type.trim().toLowerCase() === "application/json" && headers["content-encoding"] === undefined;
}
