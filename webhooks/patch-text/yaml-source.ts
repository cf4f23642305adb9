// The text of a YAML document, accounted for character by character: what is not in a scalar has to be plain punctuation.
import { getScalarValue, SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import { isSurelyString, isSurelyWhole } from "./plain-scalar.ts";

/** The text cannot be read; the message says why as the end of a sentence, in words that hold nothing of the text. */
export class UnreadableYaml extends Error {}

export interface Source {
  readonly text: string;
  /** Of JSON, where tabs are blanks to everybody. */
  readonly isJson: boolean;
  /** Up to here it is accounted for. */
  read: number;
  /** What was read last is a text in quotes: a colon after it needs no blank. */
  isAfterQuote: boolean;
}

/** Blanks and punctuation; comments; anchors and aliases; the head of a block scalar. Each can match in one way only. */
const BETWEEN =
  /^(?:[ \n,[\]{}-]|:(?=[ \n])|(?<![^ \n])#[^\n]*(?![^\n])|[&*][\w-]+(?=[ \n,\]}]|$)|[|>](?:[1-9]?[+-]?|[+-][1-9])(?= *(?: #[^\n]*)?\n))*$/;
const BETWEEN_JSON = /^[ \t\n:,[\]{}]*$/;

export function openSource(text: string, { isJson }: { isJson: boolean }): Source {
  return { text, isJson, read: 0, isAfterQuote: false };
}

/**
 * The string that a scalar is for every reader, or null where one of them may take it for something else: a number, yes, nothing.
 * Also null on several lines: readers fold and end those differently, though they agree where the scalar ends.
 */
export function readScalar(source: Source, event: ScalarEvent, { inBrackets }: { inBrackets: boolean }): string | null {
  const { style, valueStart, valueEnd } = event;
  if (valueStart < 0) return null; // nothing stands there
  const quote = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
  passOver(source, valueStart - quote);
  source.read = valueEnd + quote;
  source.isAfterQuote = quote > 0;
  const written = source.text.slice(valueStart, valueEnd);
  const isPlain = style === SCALAR_STYLE.PLAIN;
  if (isPlain && !isSurelyWhole(written, { inBrackets })) throw new UnreadableYaml("has a text that should be quoted");
  const isBlock = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
  if (isBlock || written.includes("\n") || (isPlain && !isSurelyString(written))) return null;
  return getScalarValue(source.text, event);
}

/** Accounts for what follows the last scalar. */
export function closeSource(source: Source): void {
  passOver(source, source.text.length);
}

/** Checks that there is nothing but punctuation from where the last scalar ended up to `to`. */
function passOver({ text, isJson, read, isAfterQuote }: Source, to: number): void {
  const from = isAfterQuote && text[read] === ":" ? read + 1 : read;
  const gap = text.slice(from, to) + (to === text.length ? "\n" : "");
  const isCommentAtOnce = read > 0 && text[read] === "#";
  if (!isCommentAtOnce && (isJson ? BETWEEN_JSON : BETWEEN).test(gap)) return;
  throw new UnreadableYaml("has a tag, a tab between texts, a `? ` key, or a `:` or `#` without blank");
}
