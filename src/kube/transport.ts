// One request to kube-apiserver: credentials, deadline, metrics, and errors as KubeError. Knows no kinds and no verbs.
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import { asking } from "./asking.ts";
import { createConnections } from "./connections.ts";
import type { Credentials } from "./credentials.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import { answeredError, KubeError, type Operation, SilenceError, type Status, unansweredError } from "./errors.ts";
import { failureInWords, retryAfterMs } from "./failures.ts";
import { dateIn, warningsIn } from "./head.ts";

/** What an answer says before its body: `date` is the server's clock in ms since 1970, `warnings` what it wants people to read. */
export interface AnswerHead {
  date: number | undefined;
  warnings: readonly string[];
}

/** `timeoutMs` bounds the whole call, 10 s unless told. */
export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Sent besides those of every call: impersonation, for instance. */
  headers?: Readonly<Record<string, string | string[]>>;
  /** Called right before the request's first byte goes out, however long it waited for a connection; if it throws, none does. */
  beforeSend?: () => void;
  /** Told of a 2xx answer's head. */
  onHead?: (head: AnswerHead) => void;
}

export interface TransportRequest extends CallOptions {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path with query, already encoded. */
  path: string;
  operation: Operation;
  /** Becomes JSON. */
  body?: unknown;
  contentType?: string;
  accept?: string;
}

export interface Transport {
  /** The parsed JSON of a 2xx answer, believed to be what was asked for. */
  call<T>(request: TransportRequest): Promise<T>;
  /**
   * The bytes of a 2xx answer as they come; `timeoutMs` bounds the time to its head, `idleMs` every silence after it.
   * Leaving the loop early closes the connection.
   */
  stream(request: TransportRequest & { idleMs: number }): AsyncGenerator<Buffer, void, undefined>;
  /** Ends all connections; calls that run fail. */
  close(): Promise<void>;
}

export interface TransportOptions {
  credentials: Credentials;
  metrics: Metrics;
  clock: Clock;
  /** Connections at most: watches hold one each, the rest is for calls. */
  connections?: number;
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const CONNECTIONS = 48;
/** What is read of an error answer: a Status is far smaller. */
const ERROR_BODY_BYTES = 1_048_576;

export function createTransport(options: TransportOptions): Transport {
  const { credentials, metrics, clock } = options;
  const pool = createConnections({ credentials, connections: options.connections ?? CONNECTIONS });

  const server = new URL(credentials.server);
  // a server behind a gateway (or a kcp workspace) has a path of its own
  const prefix = server.pathname.replace(/\/+$/, "");

  async function send(request: TransportRequest, deadline: Deadline): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string | string[]> = {
      ...request.headers,
      accept: request.accept ?? "application/json",
      "user-agent": "landlord",
      ...(await deadline.race(credentials.headers())),
    };
    const agent = await deadline.race(pool.agent());
    if (request.body !== undefined) headers["content-type"] = request.contentType ?? "application/json";
    const dispatcher = request.beforeSend === undefined ? agent : agent.compose(asking(request.beforeSend));
    return dispatcher.request({
      origin: server.origin,
      path: prefix + request.path,
      method: request.method,
      headers,
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: deadline.signal,
    });
  }

  /** The answer's head; a 401 makes the credentials be read again, once. Answers that are no success are thrown. */
  async function open(request: TransportRequest, deadline: Deadline): Promise<Dispatcher.ResponseData> {
    let response = await send(request, deadline);
    if (response.statusCode === 401) {
      await response.body.dump();
      credentials.invalidate();
      response = await send(request, deadline);
    }
    count(request, response.statusCode);
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    const status = await readStatus(response.body);
    throw answeredError(request.operation, response.statusCode, status, retryAfterMs(response.headers["retry-after"]));
  }

  function count(request: TransportRequest, code: number): void {
    const { verb, resource } = request.operation;
    metrics.kubeRequests.inc({ verb, resource, code: String(code) });
  }

  function failed(request: TransportRequest, deadline: Deadline, error: unknown): KubeError {
    if (error instanceof KubeError) return error;
    if (deadline.ended() !== "aborted") count(request, 0);
    const timeout = request.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS;
    return unansweredError(request.operation, failureInWords(error, deadline.ended(), timeout), error);
  }

  const begin = (request: TransportRequest): Deadline =>
    createDeadline({ ms: request.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS, clock, signal: request.signal });

  return {
    async call<T>(request: TransportRequest) {
      const deadline = begin(request);
      try {
        const response = await open(request, deadline);
        request.onHead?.(headOf(response.headers));
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where the server is believed
        return (await response.body.json()) as T;
      } catch (error) {
        throw failed(request, deadline, error);
      } finally {
        deadline.clear();
      }
    },
    async *stream(request) {
      const deadline = begin(request);
      let body: Readable | undefined;
      try {
        body = (await open(request, deadline)).body;
        // what is destroyed below may still report that it was
        body.on("error", () => undefined);
        deadline.clear();
        yield* chunks(body, request, clock);
      } catch (error) {
        throw failed(request, deadline, error);
      } finally {
        deadline.clear();
        body?.destroy();
      }
    },
    close: () => pool.close(),
  };
}

/** Passes on what comes; silence counts only while somebody waits for the next chunk. */
async function* chunks(
  body: Readable,
  request: TransportRequest & { idleMs: number },
  clock: Clock,
): AsyncGenerator<Buffer, void, undefined> {
  const reader: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextChunk(reader, request, clock);
    if (next.done === true) return;
    yield next.value;
  }
}

async function nextChunk(
  reader: AsyncIterator<Buffer>,
  request: TransportRequest & { idleMs: number },
  clock: Clock,
): Promise<IteratorResult<Buffer>> {
  const deadline = createDeadline({ ms: request.idleMs, clock, signal: request.signal });
  try {
    return await deadline.race(reader.next());
  } catch (error) {
    if (deadline.ended() !== "timeout") {
      throw unansweredError(request.operation, failureInWords(error, deadline.ended(), request.idleMs), error);
    }
    const cause = new SilenceError(`no byte for ${request.idleMs} ms`);
    throw unansweredError(request.operation, "the stream went silent", cause);
  } finally {
    deadline.clear();
  }
}

const headOf = ({ date, warning }: Dispatcher.ResponseData["headers"]): AnswerHead => ({
  date: dateIn(date),
  warnings: warningsIn(warning),
});

async function readStatus(body: Dispatcher.ResponseData["body"]): Promise<Status> {
  let text = "";
  for await (const chunk of body) {
    text += String(chunk);
    // leaving the loop destroys the body
    if (text.length > ERROR_BODY_BYTES) break;
  }
  try {
    const status: unknown = JSON.parse(text);
    return typeof status === "object" && status !== null ? status : {};
  } catch {
    // a proxy's page, or "404 page not found" of an API that is not served: the HTTP status says enough
    return {};
  }
}
