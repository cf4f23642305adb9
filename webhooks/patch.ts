// JSON Patch (RFC 6902): a builder that writes exact operations, and the applier that proves them before they leave.
// Patches are never made by comparing documents: a diff touches more than it was asked to.
import { isDeepStrictEqual } from "node:util";
import { apply_patch } from "jsonpatch";
import type { PatchOperation } from "./admission.ts";
import { isObject, type JsonObject, own } from "./json.ts";

const PROTOTYPE_KEYS = ["__proto__", "constructor", "prototype"];
const LIST_INDEX = /^(0|[1-9][0-9]*)$/;

export class PatchError extends Error {
  override name = "PatchError";
}

/**
 * The document after the patch; the document given is not changed, and shares with the new one what the patch did not touch.
 * Strict as kube-apiserver is: a parent that is missing or of a wrong type is a PatchError, and so is a `test` that fails.
 */
export function applyPatch(document: JsonObject, patch: readonly PatchOperation[]): JsonObject {
  return patch.reduce(applyOperation, document);
}

/** Writes operations that fit one document, each against what the earlier ones made of it. What stands already makes no operation. */
export class PatchBuilder {
  #document: JsonObject;
  readonly #operations: PatchOperation[] = [];

  constructor(document: JsonObject) {
    this.#document = document;
  }

  get operations(): readonly PatchOperation[] {
    return this.#operations;
  }

  /** Makes the value at `keys` be `value`; objects on the way that are missing or null are made. */
  set(keys: readonly string[], value: unknown): this {
    const { depth, found } = this.#reach(keys);
    const path = pointer(keys.slice(0, depth));
    if (depth < keys.length) return this.#write({ op: "add", path, value: nest(keys.slice(depth), value) });
    if (isDeepStrictEqual(found, value)) return this;
    return this.#write({ op: found === undefined ? "add" : "replace", path, value });
  }

  /** Makes sure that nothing stands at `keys`. */
  remove(keys: readonly string[]): this {
    const { depth, found } = this.#reach(keys);
    return depth < keys.length || found === undefined ? this : this.#write({ op: "remove", path: pointer(keys) });
  }

  /** Adds `value` at the end of the list at `keys`; a list that is missing or null is made. */
  append(keys: readonly string[], value: unknown): this {
    const { depth, found } = this.#reach(keys);
    const isThere = depth === keys.length && found !== undefined && found !== null;
    return isThere ? this.#write({ op: "add", path: `${pointer(keys)}/-`, value }) : this.set(keys, [value]);
  }

  /** How many of `keys` lead somewhere, the first that is missing included, and what stands at the last. */
  #reach(keys: readonly string[]): { depth: number; found: unknown } {
    let found: unknown = this.#document;
    for (const [index, key] of keys.entries()) {
      if (found === undefined || found === null) return { depth: index, found: undefined };
      if (!isObject(found))
        throw new PatchError(`patch ${pointer(keys)}: ${pointer(keys.slice(0, index))} is no object`);
      found = Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return { depth: keys.length, found };
  }

  #write(operation: PatchOperation): this {
    this.#document = applyOperation(this.#document, operation);
    this.#operations.push(operation);
    return this;
  }
}

/** A JSON pointer (RFC 6901). */
export function pointer(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function nest(keys: readonly string[], value: unknown): unknown {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

function applyOperation(document: JsonObject, operation: PatchOperation): JsonObject {
  const where = `patch ${operation.op} ${operation.path}`;
  const { parent, key } = locate(document, operation.path, where);
  // The library's own `test` takes any two objects for equal.
  if (operation.op === "test") {
    if (isDeepStrictEqual(child(parent, key), operation.value)) return document;
    throw new PatchError(`${where}: another value stands there`);
  }
  try {
    return apply_patch(document, [operation]);
  } catch (error) {
    throw new PatchError(`${where}: does not fit the document`, { cause: error });
  }
}

/**
 * The object or list that an operation changes, and the key in it. Refuses on the way what the library would get wrong: it copies
 * objects key by key, which turns a key `__proto__` into a prototype, and it writes to strings and numbers without an error.
 */
function locate(document: JsonObject, path: string, where: string): { parent: object; key: string } {
  const [root, ...segments] = path.split("/");
  const keys = segments.map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop();
  if (root !== "" || last === undefined) throw new PatchError(`${where}: does not lead into the document`);
  if (PROTOTYPE_KEYS.some((key) => key === last || keys.includes(key)))
    throw new PatchError(`${where}: reaches a prototype`);
  let parent = container(document, where);
  for (const key of keys) parent = container(child(parent, key), where);
  return { parent, key: last };
}

function container(value: unknown, where: string): object {
  if (typeof value !== "object" || value === null) throw new PatchError(`${where}: a parent is no object and no list`);
  if (Object.hasOwn(value, "__proto__")) throw new PatchError(`${where}: a parent has a key __proto__`);
  return value;
}

function child(parent: object, key: string): unknown {
  if (Array.isArray(parent)) return LIST_INDEX.test(key) ? parent[Number(key)] : undefined;
  return own(parent, key);
}
