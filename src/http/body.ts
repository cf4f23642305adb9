// The body of a request, collected up to a limit. Not for reading it.
import type { IncomingMessage, ServerResponse } from "node:http";

/** The whole body, or why there is none: it is longer than `limit` bytes, or the caller has gone. Resolves as soon as that is known. */
export function collectBody(request: IncomingMessage, limit: number): Promise<Buffer | "too large" | "gone"> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.resolve("too large");
  return new Promise((resolve) => {
    let held: Buffer = Buffer.alloc(0);
    let length = 0;
    const collect = (chunk: Buffer): void => {
      if (length + chunk.length > limit) return resolve("too large");
      held = length === 0 ? chunk : appended({ held, length, chunk, limit });
      length += chunk.length;
    };
    request.on("data", collect);
    request.once("end", () => resolve(held.subarray(0, length)));
    request.once("close", () => resolve("gone")); // after "end" it changes nothing
  });
}

/** Puts `chunk` behind the first `length` bytes. In one buffer that doubles: a list of a million one-byte chunks would weigh a hundred times the body. */
function appended({
  held,
  length,
  chunk,
  limit,
}: {
  held: Buffer;
  length: number;
  chunk: Buffer;
  limit: number;
}): Buffer {
  const wanted = length + chunk.length;
  const buffer = wanted <= held.length ? held : Buffer.allocUnsafe(Math.max(wanted, Math.min(limit, 2 * length)));
  if (buffer !== held) held.copy(buffer, 0, 0, length);
  chunk.copy(buffer, length);
  return buffer;
}

/**
 * Answers 413 while the caller is still sending. A connection that is closed with unread bytes is reset, and the answer lost
 * with it: so up to `limit` further bytes are read and dropped before it is closed. How long that may take is the server's bound.
 */
export function answerTooLarge(request: IncomingMessage, response: ServerResponse, limit: number): void {
  const body = JSON.stringify({ message: `body is larger than ${limit} bytes` });
  response.writeHead(413, {
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
