// The body of a request, collected up to a limit. Not for reading it.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { BodyBudget } from "./body-budget.ts";

/**
 * The whole body, or why there is none: it is longer than `limit` bytes, it had to make room for others, or the caller has gone.
 * Resolves as soon as that is known, and holds nothing from then on.
 */
export function collectBody(request: IncomingMessage, limit: number): Promise<Buffer | "too large" | "gone">;
export function collectBody(
  request: IncomingMessage,
  limit: number,
  budget: BodyBudget,
): Promise<Buffer | "too large" | "crowded out" | "gone">;
export function collectBody(
  request: IncomingMessage,
  limit: number,
  budget?: BodyBudget,
): Promise<Buffer | "too large" | "crowded out" | "gone"> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.resolve("too large");
  return new Promise((resolve) => {
    const gathered = createGathered(limit);
    const settle = (outcome: Buffer | "too large" | "crowded out" | "gone"): void => {
      request.off("data", collect);
      share?.close();
      gathered.drop();
      resolve(outcome);
    };
    const collect = (chunk: Buffer): void => {
      if (!gathered.append(chunk)) return settle("too large");
      share?.hold(gathered.bytes());
    };
    const share = budget?.open(() => settle("crowded out"));
    request.on("data", collect);
    request.once("end", () => settle(gathered.take()));
    request.once("close", () => settle("gone")); // after "end" it changes nothing
  });
}

const NOTHING: Buffer = Buffer.alloc(0);

interface Gathered {
  /** False: it would be longer than the limit. */
  append(chunk: Buffer): boolean;
  /** What is held in memory; at most twice of what came. */
  bytes(): number;
  /** All of it, which is the caller's from now on. */
  take(): Buffer;
  /** What is held still is given back. */
  drop(): void;
}

/** In one buffer that doubles: a list of a million one-byte chunks would weigh a hundred times the body. */
function createGathered(limit: number): Gathered {
  let held = NOTHING;
  let length = 0;
  /** The first chunk is kept as it came; it may be part of something larger. */
  let isOurs = false;

  function grow(wanted: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, Math.min(limit, 2 * length)));
    held.copy(larger, 0, 0, length);
    drop();
    [held, isOurs] = [larger, true];
  }

  /** At once, and not at the next garbage collection, which leaves a flood of them standing. */
  function drop(): void {
    if (isOurs && held.buffer instanceof ArrayBuffer) held.buffer.transfer(0);
    [held, isOurs] = [NOTHING, false];
  }

  return {
    append(chunk) {
      const wanted = length + chunk.length;
      if (wanted > limit) return false;
      if (length === 0) held = chunk;
      else {
        if (!isOurs || wanted > held.length) grow(wanted);
        chunk.copy(held, length);
      }
      length = wanted;
      return true;
    },
    bytes: () => held.length,
    take() {
      const whole = held.subarray(0, length);
      [held, isOurs] = [NOTHING, false];
      return whole;
    },
    drop,
  };
}

/** Answers 413 while the caller is still sending. */
export function answerTooLarge(request: IncomingMessage, response: ServerResponse, limit: number): void {
  answerUnread(request, response, { status: 413, message: `body is larger than ${limit} bytes`, limit });
}

/** Answers 503 in the same way. */
export function answerCrowdedOut(request: IncomingMessage, response: ServerResponse, limit: number): void {
  answerUnread(request, response, { status: 503, message: "too many bodies are being sent at once", limit });
}

/**
 * A connection that is closed with unread bytes is reset, and the answer lost with it: so up to `limit` further bytes are read and
 * dropped before it is closed. How long that may take is the server's bound.
 */
function answerUnread(
  request: IncomingMessage,
  response: ServerResponse,
  { status, message, limit }: { status: number; message: string; limit: number },
): void {
  const body = JSON.stringify({ message });
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  });
  response.write(body);
  let dropped = 0;
  request.on("data", (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > limit) response.end();
  });
  request.once("close", () => response.end()); // after its end, or when the caller has gone
}
