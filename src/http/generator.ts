// The door for Argo CD: POST /api/v1/getparams.execute. Knows who may ask and how a request looks; what is answered is the generator's affair.
import type { Express, Request, Response } from "express";
import type { Generator, GeneratorAnswer } from "../generator/generator.ts";
import { GeneratorError } from "../generator/refusal.ts";
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import { answerError } from "./answer.ts";
import { createApp, onlyMethods } from "./app.ts";
import { answerTooLarge, collectBody } from "./body.ts";
import type { TokenSource } from "./plugin-token.ts";

export interface GeneratorAppOptions {
  generator: Pick<Generator, "answer">;
  tokens: Pick<TokenSource, "accepts">;
  /** How long a caller that is let in may take for its body; below the server's own bound, which answers without words. */
  bodyTimeoutMs: number;
  clock: Clock;
  log: Log;
  metrics: Pick<Metrics, "generatorRequests" | "generatorRequestSeconds">;
  /** Bytes; for tests. */
  bodyLimit?: number;
}

const PATH = "/api/v1/getparams.execute";
/** A name and two parameters: ample. */
const BODY_LIMIT = 64 * 1024;
const WARN_EVERY_MS = 60_000;
/** Of an error's message, in bytes of JSON: it goes into the ApplicationSet's conditions. */
const LONGEST_MESSAGE = 1_000;

export function createGeneratorApp(options: GeneratorAppOptions): Express {
  const { log } = options;
  const routes = (app: Express): void => {
    app.post(PATH, observed(options), execute(options)).all(PATH, onlyMethods("POST"));
  };
  return createApp({ routes: [routes], log });
}

function execute(options: GeneratorAppOptions): (request: Request, response: Response) => Promise<void> {
  const { generator, tokens, bodyTimeoutMs, clock, log, bodyLimit = BODY_LIMIT } = options;
  const refuse = createDoorman(clock, log);
  return async (request, response) => {
    // before anything of the body is read
    if (!tokens.accepts(request.headers.authorization)) return refuse(request, response);
    const body = await bodyWithin(request, { limit: bodyLimit, ms: bodyTimeoutMs, clock });
    if (body === "gone") return;
    if (body === "too large") return answerTooLarge(request, response, bodyLimit);
    if (body === "too slow") return answerTooSlow(response, bodyTimeoutMs);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      answer(request, response, await generator.answer(readRequest(body), gone.signal));
    } catch (error) {
      if (!(error instanceof GeneratorError)) throw error;
      answerError(response, error.status, shortened(error.message));
    }
  };
}

/** Says 403 and nothing else; a wrong token in use is worth a log line, but not one for each request. */
function createDoorman(clock: Clock, log: Log): (request: Request, response: Response) => void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (request, response) => {
    const age = clock.now() - warnedAt;
    if (age < 0 || age >= WARN_EVERY_MS) {
      warnedAt = clock.now();
      const hasToken = request.headers.authorization !== undefined;
      log.warn({ caller: request.socket.remoteAddress, hasToken }, "requests without a valid token");
    }
    answerError(response, 403, "forbidden");
  };
}

async function bodyWithin(
  request: Request,
  { limit, ms, clock }: { limit: number; ms: number; clock: Clock },
): Promise<Buffer | "too large" | "gone" | "too slow"> {
  const slow = Promise.withResolvers<"too slow">();
  const cancel = clock.after(ms, () => slow.resolve("too slow"));
  try {
    return await Promise.race([collectBody(request, limit), slow.promise]);
  } finally {
    cancel();
  }
}

/** The rest of the body is not waited for, so the connection cannot be used again. */
function answerTooSlow(response: Response, ms: number): void {
  response.setHeader("connection", "close");
  answerError(response, 408, `the body did not come within ${ms} ms`);
}

/** Unknown fields are let through: Argo CD may send more in time. Throws GeneratorError 400. */
function readRequest(body: Buffer): { applicationSetName: string; parameters: unknown } {
  const request = parsed(body);
  if (!isObject(request)) throw new GeneratorError(400, "the body is not a JSON object");
  const { applicationSetName: name = null, input = {} } = request;
  if (name !== null && typeof name !== "string") throw new GeneratorError(400, "applicationSetName is not a string");
  if (!isObject(input)) throw new GeneratorError(400, "input is not an object");
  return { applicationSetName: name ?? "", parameters: input["parameters"] };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw new GeneratorError(400, "the body is not JSON", { cause });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function shortened(message: string): string {
  let text = message;
  while (Buffer.byteLength(JSON.stringify(text)) > LONGEST_MESSAGE) text = `${text.slice(0, text.length * 0.8)}…`;
  return text;
}

function answer(request: Request, response: Response, { body, gzipped, snapshot }: GeneratorAnswer): void {
  if (response.destroyed) return;
  const isGzip = acceptsGzip(request.headers["accept-encoding"]);
  const bytes = isGzip ? gzipped : body;
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": bytes.length,
    ...(isGzip ? { "content-encoding": "gzip" } : {}),
    vary: "accept-encoding",
    "landlord-snapshot": snapshot.id,
    "landlord-snapshot-age": (snapshot.ageMs / 1000).toFixed(3),
    "landlord-snapshot-hash": snapshot.hash,
  });
  response.end(bytes);
}

/** RFC 9110, 12.5.3, as far as gzip goes: named (or by `*`) with a weight above 0. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const weights = new Map<string, number>();
  for (const part of String(header ?? "").split(",")) {
    const [coding = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    weights.set(coding === "x-gzip" ? "gzip" : coding, weight === undefined ? 1 : Number(weight));
  }
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}

function observed({ metrics }: GeneratorAppOptions): (request: Request, response: Response, next: () => void) => void {
  return (_request, response, next) => {
    const end = metrics.generatorRequestSeconds.startTimer();
    response.once("close", () => {
      // a caller that has gone before its answer
      const code = response.writableEnded ? String(response.statusCode) : "gone";
      metrics.generatorRequests.inc({ code });
      end({ code });
    });
    next();
  };
}
