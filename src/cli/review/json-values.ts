// Cuts a text into the JSON values that it holds one after the other: one, one per line, or however they are strung together.

export interface JsonValue {
  value: unknown;
  /** The value's own text, and the line on which it begins. */
  text: string;
  line: number;
}

/** The text is no JSON from `line` on; the message quotes nothing of it. */
export class JsonFault extends Error {
  override name = "JsonFault";
  readonly line: number;
  /** The values before. */
  readonly values: readonly JsonValue[];

  constructor(message: string, line: number, values: readonly JsonValue[] = []) {
    super(message);
    this.line = line;
    this.values = values;
  }
}

/** Where strings begin, brackets, commas and line ends: what lies between is of no interest here. */
const MARK = /["{}[\],\n]/g;
const BLANK = /^\s*$/;

/** An object or list that is not closed yet. Keys of an object, to see them twice; `isKey`: a string here is one. */
interface Frame {
  keys: Set<string> | undefined;
  isKey: boolean;
}

/** Reads objects and lists; throws JsonFault for everything else, and for an object that has a key twice. */
export function readJson(text: string): JsonValue[] {
  const values: JsonValue[] = [];
  try {
    read(text, values);
    return values;
  } catch (error) {
    throw error instanceof JsonFault ? new JsonFault(error.message, error.line, values) : error;
  }
}

function read(text: string, values: JsonValue[]): void {
  const frames: Frame[] = [];
  let [line, start, startLine, end] = [1, 0, 1, 0];
  for (const { token, index } of tokensOf(text)) {
    if (token === "\n") {
      line++;
    } else if (token === "{" || token === "[") {
      if (frames.length === 0) {
        if (!BLANK.test(text.slice(end, index))) throw new JsonFault("is not JSON", line);
        [start, startLine] = [index, line];
      }
      frames.push({ keys: token === "{" ? new Set() : undefined, isKey: token === "{" });
    } else if (token === "}" || token === "]") {
      if (frames.pop() === undefined) throw new JsonFault("is not JSON", line);
      if (frames.length > 0) continue;
      end = index + 1;
      const own = text.slice(start, end);
      values.push({ value: parse(own, startLine), text: own, line: startLine });
    } else {
      note(frames.at(-1), token, line);
    }
  }
  if (frames.length > 0) throw new JsonFault("ends in the middle of JSON", line);
  if (!BLANK.test(text.slice(end))) throw new JsonFault("is not JSON", line);
}

/** Marks, and strings as a whole. Not by one expression: on a long string it would run out of stack. */
function* tokensOf(text: string): Generator<{ token: string; index: number }, void, undefined> {
  const mark = new RegExp(MARK);
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const [token] = found;
    const { index } = found;
    const end = token === '"' ? endOfString(text, index + 1) : index + 1;
    yield { token: text.slice(index, end), index };
    mark.lastIndex = end;
  }
}

/** Behind the closing quote; strings end at their line's end at the latest. */
function endOfString(text: string, from: number): number {
  const stop = /["\\\n]/g;
  stop.lastIndex = from;
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    if (found[0] === '"') return found.index + 1;
    if (found[0] === "\n") return found.index;
    stop.lastIndex = found.index + 2;
  }
  return text.length;
}

/** A string or a comma within an object or a list. */
function note(frame: Frame | undefined, token: string, line: number): void {
  if (frame?.keys === undefined) return;
  if (token === ",") {
    frame.isKey = true;
  } else if (frame.isKey) {
    frame.isKey = false;
    const key = token.includes("\\") ? decoded(token, line) : token;
    if (frame.keys.has(key)) throw new JsonFault("has a key twice in one object", line);
    frame.keys.add(key);
  }
}

/** Written with escapes it is the same key. */
const decoded = (token: string, line: number): string => JSON.stringify(parse(token, line));

function parse(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonFault("is not JSON", line); // no cause: the parser quotes the text, which may hold a Secret
  }
}
