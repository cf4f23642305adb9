// The admission webhooks' door: POST /mutate and POST /validate. Takes a body in and gives an answer out; reading and deciding is its handlers' part.
import type { Express, Request, Response } from "express";
import type { Log } from "../model/log.ts";
import { answerError, answerJson } from "./answer.ts";
import { createApp, onlyMethods } from "./app.ts";
import { answerTooLarge, collectBody } from "./body.ts";

/** An object and the one it replaces, 3 MiB each at most in kube-apiserver, and what is around them. */
const BODY_LIMIT = 7 * 1024 * 1024;

/** Body in, status and JSON out. May throw: that is a 500. */
export type WebhookHandler = (body: Buffer) => { status: number; body: string };

export function createWebhookApp(options: {
  mutate: WebhookHandler;
  validate: WebhookHandler;
  log: Log;
  /** Bytes; for tests. */
  bodyLimit?: number;
}): Express {
  const { mutate, validate, log, bodyLimit = BODY_LIMIT } = options;
  const routes = (app: Express): void => {
    app.post("/mutate", webhook(mutate, bodyLimit)).all("/mutate", onlyMethods("POST"));
    app.post("/validate", webhook(validate, bodyLimit)).all("/validate", onlyMethods("POST"));
  };
  return createApp({ routes: [routes], log });
}

function webhook(handle: WebhookHandler, limit: number): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    if (!isPlainJson(request)) return answerError(response, 415, "content type is not application/json");
    const body = await collectBody(request, limit);
    if (body === "gone") return;
    if (body === "too large") return answerTooLarge(request, response, limit);
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
