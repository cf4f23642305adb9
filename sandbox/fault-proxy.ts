// A proxy in front of kube-apiserver that misbehaves on demand: answers of its own, answers that get lost, watches that break. TCP faults are relay.ts's.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Agent, request as ask, createServer } from "node:https";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { PKI } from "./pki.ts";

export interface Asked {
  method: string;
  /** With its query. */
  path: string;
  isWatch: boolean;
}

/** `lost`: it is passed on and done, but the connection ends instead of an answer. `status`: answered here, never passed on. */
export type Verdict = "pass" | "lost" | { status: number; reason: string; retryAfterSeconds?: number };

/** How a watch ends: with an ERROR event, or inside of a line, orderly or not. `silent`: not at all, but nothing comes any more. */
export type WatchFault = "expired" | "half-line" | "half-line-cut" | "silent";

/** One write that the API server has answered. `delivered`: the answer has left for the client. */
export interface Exchange {
  method: string;
  path: string;
  requestBody: string;
  status: number;
  body: string;
  startedAt: number;
  endedAt: number;
  delivered: boolean;
}

export interface FaultProxy {
  readonly port: number;
  /** Asked for every request; undefined: all pass. */
  setVerdicts(verdictOf: ((asked: Asked) => Verdict) | undefined): void;
  /** Breaks the watches that run now; gives how many. */
  breakWatches(how: WatchFault): number;
  /** Bytes per second of each watch from now on; undefined: as they come. */
  throttle(bytesPerSecond: number | undefined): void;
  /** Shows another certificate from now on. */
  present(pair: { certificate: string; key: string }): void;
  /** Watches that run, and of these the silent. */
  watches(): { open: number; silent: number };
  close(): Promise<void>;
}

const EXPIRED = {
  type: "ERROR",
  object: { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Expired", code: 410, message: "too old" },
};
const TAILS: Record<Exclude<WatchFault, "silent">, string> = {
  expired: `${JSON.stringify(EXPIRED)}\n`,
  "half-line": '{"type":"MODIFIED","object":{"kind":"Na',
  "half-line-cut": '{"type":"MODIFIED","object":{"kind":"Na',
};

/**
 * Shows the certificate of the sandbox's API server, so that clients trust it as they trust that. `directory`: the sandbox's. `seen` is told of
 * every write that the API server answered.
 */
export async function startFaultProxy(options: {
  directory: string;
  server: string;
  ca: string;
  seen?: (exchange: Exchange) => void;
}): Promise<FaultProxy> {
  const { directory, server: upstream, ca, seen = () => undefined } = options;
  const [cert, key] = await Promise.all([PKI.certificate, PKI.key].map((path) => readFile(join(directory, path))));
  const agent = new Agent({ ca, keepAlive: true, noDelay: true });
  const streams = new Set<Stream>();
  let verdictOf: ((asked: Asked) => Verdict) | undefined;
  let bytesPerSecond: number | undefined;

  function handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = "GET", url: path = "/" } = incoming;
    const asked: Asked = { method, path, isWatch: /[?&]watch=(?:true|1)\b/.test(path) };
    const verdict = verdictOf?.(asked) ?? "pass";
    incoming.on("error", () => undefined);
    outgoing.on("error", () => undefined);
    if (typeof verdict === "object") {
      incoming.resume();
      return refuse(outgoing, verdict);
    }
    pass(incoming, outgoing, asked, verdict === "lost").catch(() => outgoing.destroy());
  }

  async function pass(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    asked: Asked,
    isLost: boolean,
  ): Promise<void> {
    const startedAt = Date.now();
    const requestBody = await buffer(incoming);
    const { method, path } = asked;
    const passed = ask(new URL(path, upstream), { method, agent, headers: onward(incoming.headers) });
    // a write goes on to its end, so that what came of it is known
    if (method === "GET") outgoing.once("close", () => passed.destroy());
    passed.end(requestBody);
    const answer = await answerTo(passed);
    if (asked.isWatch && answer.statusCode === 200) return carry(answer, outgoing);
    const body = await buffer(answer);
    const endedAt = Date.now();
    const delivered = !isLost && (await deliver(outgoing, answer, body));
    if (isLost) outgoing.destroy();
    if (method === "GET") return;
    const texts = { requestBody: requestBody.toString("utf8"), body: body.toString("utf8") };
    seen({ method, path, ...texts, status: answer.statusCode ?? 0, startedAt, endedAt, delivered });
  }

  function carry(answer: IncomingMessage, outgoing: ServerResponse): void {
    outgoing.writeHead(200, onward(answer.headers));
    outgoing.flushHeaders();
    const stream = createStream(answer, outgoing, () => bytesPerSecond);
    streams.add(stream);
    outgoing.once("close", () => streams.delete(stream));
  }

  const server = createServer({ cert, key, keepAlive: true, noDelay: true }, handle);
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("start a fault proxy: it listens on no port");

  return {
    port: address.port,
    setVerdicts: (next) => void (verdictOf = next),
    breakWatches(how) {
      const chosen = [...streams];
      for (const stream of chosen) stream.break(how);
      return chosen.length;
    },
    throttle: (rate) => void (bytesPerSecond = rate),
    present: (pair) => server.setSecureContext({ cert: pair.certificate, key: pair.key }),
    watches: () => ({ open: streams.size, silent: [...streams].filter((stream) => stream.isSilent()).length }),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

const DRIP_MS = 100;

interface Stream {
  break(how: WatchFault): void;
  isSilent(): boolean;
}

/** Passes on whole lines only, so that a watch can be broken between two, or inside of one, at any time. */
function createStream(answer: IncomingMessage, outgoing: ServerResponse, rate: () => number | undefined): Stream {
  let rest = Buffer.alloc(0);
  let isOver = false;
  let isSilent = false;

  function pass(lines: Buffer): void {
    if (rate() !== undefined) return drip(lines);
    if (outgoing.write(lines)) return;
    answer.pause();
    outgoing.once("drain", () => answer.resume());
  }

  /** So much at a time that it comes at the rate, and what is left at once when there is none any more. */
  function drip(bytes: Buffer): void {
    if (isOver || isSilent) return;
    const now = bytes.subarray(0, Math.ceil((rate() ?? Number.POSITIVE_INFINITY) * (DRIP_MS / 1000)));
    const later = bytes.subarray(now.length);
    outgoing.write(now);
    answer.pause();
    setTimeout(() => (later.length > 0 ? drip(later) : answer.resume()), DRIP_MS);
  }

  answer.on("data", (chunk: Buffer) => {
    if (isOver || isSilent) return;
    const all = Buffer.concat([rest, chunk]);
    const length = all.lastIndexOf(10) + 1;
    rest = all.subarray(length);
    if (length > 0) pass(all.subarray(0, length));
  });
  answer.once("end", () => isOver || isSilent || outgoing.end(rest));
  answer.on("error", () => isOver || isSilent || outgoing.destroy());
  outgoing.once("close", () => {
    isOver = true;
    answer.destroy();
  });
  return {
    isSilent: () => isSilent,
    break(how) {
      // who is silent cannot say that it ends, either
      if (isOver || isSilent) return;
      if (how === "silent") {
        isSilent = true;
        return;
      }
      isOver = true;
      answer.destroy();
      if (how === "half-line-cut") outgoing.write(TAILS[how], () => outgoing.destroy());
      else outgoing.end(TAILS[how]);
    },
  };
}

function refuse(outgoing: ServerResponse, verdict: Exclude<Verdict, string>): void {
  const { status: code, reason, retryAfterSeconds } = verdict;
  outgoing.writeHead(code, {
    "content-type": "application/json",
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
  });
  outgoing.end(JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", reason, code, message: reason }));
}

/** Whether it left for the client. */
async function deliver(outgoing: ServerResponse, { statusCode = 0, headers }: IncomingMessage, body: Buffer) {
  if (outgoing.destroyed) return false;
  outgoing.writeHead(statusCode, { ...onward(headers), "content-length": body.length });
  const closed = once(outgoing, "close");
  outgoing.end(body);
  await closed;
  return outgoing.writableFinished;
}

function answerTo(passed: ReturnType<typeof ask>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    passed.once("response", resolve);
    passed.on("error", reject);
  });
}

const OF_ONE_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "host"]);

const onward = (headers: IncomingMessage["headers"]): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_CONNECTION.has(name)));
