// Cuts a stream of bytes into lines of JSON. Knows nothing of watches.

/** A line longer than this is a fault: objects are at most a few MB in etcd. */
const LONGEST_LINE = 32 * 1_048_576;

/** The stream ended inside a line, or a line is no JSON. Never holds the line itself: it may be a Secret. */
export class BrokenLineError extends Error {
  override name = "BrokenLineError";
}

/**
 * One parsed value per line; blank lines are skipped. Cutting at bytes keeps characters whole that are split over chunks.
 * Throws BrokenLineError after the good lines before the broken one have been given out.
 */
export async function* jsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<unknown, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at));
      const line = Buffer.concat(parts).toString("utf8").trim();
      parts = [];
      length = 0;
      from = at + 1;
      if (line !== "") yield parse(line);
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE) throw new BrokenLineError("a line is too long");
  }
  if (Buffer.concat(parts).toString("utf8").trim() !== "") throw new BrokenLineError("the stream ended inside a line");
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // no cause: JSON.parse quotes what it could not read
    throw new BrokenLineError("a line is not JSON");
  }
}
