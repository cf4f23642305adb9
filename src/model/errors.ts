// The two errors that say more than "it failed": whether trying again can help, and when.
import { inspect } from "node:util";

/** Trying again without a change elsewhere is useless. */
export class TerminalError extends Error {
  override name = "TerminalError";
}

/** Nothing is wrong, but something must come first; try again after `afterMs` at the latest. */
export class WaitError extends Error {
  override name = "WaitError";
  readonly afterMs: number;

  constructor(message: string, afterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.afterMs = afterMs;
  }
}

/** What can be told of anything thrown, in one line: the chain of messages, outermost first, at most `limit` characters. */
export function describe(error: unknown, limit = 500): string {
  const parts: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at !== undefined && depth < 5; depth++) {
    parts.push(at instanceof Error ? at.message : inspect(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  const text = parts.join(": ").replaceAll(/\s+/g, " ");
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
