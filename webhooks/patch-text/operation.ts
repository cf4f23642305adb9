// The operations of a JSON Patch (RFC 6902), read from what somebody else wrote.
import { type Pointer, parsePointer } from "./pointer.ts";
import { isStrictObject, type StrictObject, type StrictValue } from "./strict-yaml.ts";
import { UnreadableYaml } from "./yaml-source.ts";

const OPS = ["add", "remove", "replace", "move", "copy", "test"] as const;
export type Op = (typeof OPS)[number];

export interface Operation {
  op: Op;
  path: Pointer;
  /** Of move and copy. */
  from?: Pointer;
  /** Of add, replace and test. */
  value?: StrictValue;
}

const MEMBERS = ["op", "path", "from", "value"];

/** Throws UnreadableYaml, with the operation's place in the list. */
export function parseOperation(found: StrictValue, index: number): Operation {
  if (!isStrictObject(found)) throw wrong(index, "is no object");
  if (Object.keys(found).some(isMisspelt)) throw wrong(index, "has op, path, from or value in capital letters");
  const op = OPS.find((known) => known === found["op"]);
  if (op === undefined) throw wrong(index, `has no op that is one of ${OPS.join(", ")}`);
  const path = pointerAt(found, "path", index);
  if (op === "remove") return { op, path };
  if (op === "move" || op === "copy") return { op, path, from: pointerAt(found, "from", index) };
  const { value } = found;
  if (value === undefined) throw wrong(index, "has no value");
  return { op, path, value };
}

/** The library looks for the exact names; another one might not. */
function isMisspelt(key: string): boolean {
  return !MEMBERS.includes(key) && MEMBERS.includes(key.toLowerCase());
}

function pointerAt(operation: StrictObject, key: "path" | "from", index: number): Pointer {
  const found = operation[key];
  const pointer = typeof found === "string" ? parsePointer(found) : undefined;
  if (pointer === undefined) throw wrong(index, `has no ${key} that is a JSON pointer: "", or "/" and what follows`);
  return pointer;
}

function wrong(index: number, reason: string): UnreadableYaml {
  return new UnreadableYaml(`has at [${index}] an operation that ${reason}`);
}
