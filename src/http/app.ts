// Express in its trimmed form: routes, and an answer to whatever they do not take. No parsers, no ETags, no banner.
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import { describe } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { answerError } from "./answer.ts";

export type Routes = (app: Express) => void;

/** A handler for a server. Paths are exact; a route that throws or rejects is answered with 500 and logged. */
export function createApp({ routes, log }: { routes: readonly Routes[]; log: Log }): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);
  app.enable("strict routing");
  app.enable("case sensitive routing");
  for (const add of routes) add(app);
  app.use((_request, response) => answerError(response, 404, "not found"));
  app.use(failure(log));
  return app;
}

/** For `app.all` behind a route: every other method. */
export function onlyMethods(...methods: string[]): (request: Request, response: Response) => void {
  return (_request, response) => {
    response.setHeader("allow", methods.join(", "));
    answerError(response, 405, "method not allowed");
  };
}

/** Express knows an error handler by its four parameters. */
function failure(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    log.error({ method: request.method, path: request.path, error: describe(error) }, "request failed");
    if (response.headersSent) response.destroy();
    else answerError(response, 500, "internal error");
  };
}
