// YAML as a list of events with their places in the text. Faults are told with their line, in words that quote nothing.
import { type Event, parseEvents, YAMLException } from "js-yaml";
import { oneLine } from "../../../webhooks/text.ts";

/** The text cannot be read; the message says why and quotes nothing of it. `line` counts from 1 within the text. */
export class YamlFault extends Error {
  override name = "YamlFault";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** Deeper than any manifest. */
const MAX_DEPTH = 200;

/** Line number of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** The parser's events, with its errors in words that hold nothing of the text. */
export function eventsOf(text: string): Event[] {
  try {
    return parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    const isKnown = error instanceof YAMLException;
    const line = isKnown ? (error.mark?.line ?? 0) + 1 : 1;
    // oxlint-disable-next-line eslint/preserve-caught-error -- the caught one quotes the text, which may hold a Secret
    throw new YamlFault(
      `is not YAML: ${isKnown ? oneLine(error.reason.replace(/ *["'].*/s, ""), 80) : "unreadable"}`,
      line,
    );
  }
}
