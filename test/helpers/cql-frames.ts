// Frames of CQL's native protocol v4, as much of them as a scripted server needs: requests apart, answers together.

export interface Frame {
  version: number;
  opcode: number;
  stream: number;
  content: Buffer;
}

export type CqlType =
  | "text"
  | "ascii"
  | "boolean"
  | "int"
  | "uuid"
  | "inet"
  | "set<text>"
  | "list<text>"
  | "map<text, text>"
  | "map<text, int>";

const TYPES: Record<CqlType, number[]> = {
  text: [0x0d],
  ascii: [0x01],
  boolean: [0x04],
  int: [0x09],
  uuid: [0x0c],
  inet: [0x10],
  "set<text>": [0x22, 0x0d],
  "list<text>": [0x20, 0x0d],
  "map<text, text>": [0x21, 0x0d, 0x0d],
  "map<text, int>": [0x21, 0x0d, 0x09],
};

const HEADER = 9;

/** Cuts what comes in into requests, however it was cut on the way. */
export class FrameSplitter {
  #received = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    this.#received = Buffer.concat([this.#received, chunk]);
    const frames: Frame[] = [];
    while (this.#received.length >= HEADER) {
      const end = HEADER + this.#received.readInt32BE(5);
      if (this.#received.length < end) break;
      frames.push({
        version: this.#received.readUInt8(0),
        stream: this.#received.readInt16BE(2),
        opcode: this.#received.readUInt8(4),
        content: this.#received.subarray(HEADER, end),
      });
      this.#received = this.#received.subarray(end);
    }
    return frames;
  }
}

/** An answer, ready to be sent. */
export function frame({ version, opcode, stream, content }: Frame): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(0x80 | version, 0);
  header.writeInt16BE(stream, 2);
  header.writeUInt8(opcode, 4);
  header.writeInt32BE(content.length, 5);
  return Buffer.concat([header, content]);
}

export class Reader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte = (): number => this.#bytes.readUInt8((this.#at += 1) - 1);
  short = (): number => this.#bytes.readUInt16BE((this.#at += 2) - 2);
  int = (): number => this.#bytes.readInt32BE((this.#at += 4) - 4);
  longString = (): string => this.#take(this.int()).toString();

  /** Null: none; -2 (not set) is null too. */
  bytes(): Buffer | null {
    const length = this.int();
    return length < 0 ? null : Buffer.from(this.#take(length));
  }

  #take(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

const short = (value: number): Buffer => Buffer.from([(value >> 8) & 0xff, value & 0xff]);
function int(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}
const string = (text: string): Buffer => Buffer.concat([short(Buffer.byteLength(text)), Buffer.from(text)]);
const bytes = (value: Buffer | null): Buffer => (value === null ? int(-1) : Buffer.concat([int(value.length), value]));

/** What stands behind the text of an error with this code. */
function errorDetails(code: number): Buffer {
  const localQuorum = short(6);
  if (code === 0x1000) return Buffer.concat([localQuorum, int(2), int(1)]);
  if (code === 0x1100) return Buffer.concat([localQuorum, int(1), int(2), string("SIMPLE")]);
  if (code === 0x1200) return Buffer.concat([localQuorum, int(2), int(2), Buffer.from([0])]);
  if (code === 0x1300) return Buffer.concat([localQuorum, int(1), int(2), int(1), Buffer.from([0])]);
  if (code === 0x1500) return Buffer.concat([localQuorum, int(1), int(2), int(1), string("SIMPLE")]);
  return Buffer.alloc(0);
}

export const body = {
  short,
  int,
  string,
  bytes,
  error: (code: number, text: string): Buffer => Buffer.concat([int(code), string(text), errorDetails(code)]),
};

/** RESULT with rows. */
export function rows(page: { columns: [string, CqlType][]; rows: unknown[][]; next?: string | null }): Buffer {
  const { columns, next } = page;
  const more = next === undefined ? [] : [bytes(next === null ? null : Buffer.from(next))];
  const described = columns.flatMap(([name, type]) => [string(name), ...TYPES[type].map(short)]);
  const cells = page.rows.flatMap((row) => columns.map(([, type], index) => bytes(cell(row[index], type))));
  return Buffer.concat([
    int(2),
    int(next === undefined ? 0x01 : 0x03),
    int(columns.length),
    ...more,
    string("tenant_ops"),
    string("tenant_configs"),
    ...described,
    int(page.rows.length),
    ...cells,
  ]);
}

function cell(value: unknown, type: CqlType): Buffer | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value;
  if (type === "boolean") return Buffer.from([value === true ? 1 : 0]);
  if (type === "int") return int(Number(value));
  if (value instanceof Map) return collection([...value].flat(), value.size);
  if (Array.isArray(value)) return collection(value, value.length);
  if (typeof value !== "string") throw new TypeError(`no cell can be made of ${typeof value}`);
  return Buffer.from(value);
}

const collection = (items: unknown[], size: number): Buffer =>
  Buffer.concat([
    int(size),
    ...items.map((item) => bytes(typeof item === "number" ? int(item) : Buffer.from(String(item)))),
  ]);

/** Reads back a bound value of type map<text, text>. */
export function readMap(value: Buffer): Map<string, string> {
  const reader = new Reader(value);
  const text = (): string => reader.bytes()?.toString() ?? "";
  return new Map(Array.from({ length: reader.int() }, () => [text(), text()]));
}
