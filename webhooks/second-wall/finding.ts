// What a rule of the second wall finds, as a list of maps in CEL: field, found, allowed, remedy, as the webhook tells them.
import { any, at, type Cel, text, valueOf } from "./cel.ts";

export interface Finding {
  /** A string: a literal, or put together of the list's index. */
  field: Cel;
  /** Any value; null: missing. */
  found: Cel;
  /** A string: how it is shown where it must not be, or need not be, shown itself. */
  shown?: Cel;
  /** A string. */
  allowed: Cel;
  /** In words. */
  remedy: string;
}

const DNS_SUBDOMAIN = String.raw`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`;

export const OWN: Cel = "strings.quote(request.namespace)";
export const NONE: Cel = text("none");

/** A list of that one finding. */
export function finding(what: Finding): Cel {
  return `[${mapOf(what)}]`;
}

/** That finding where the condition is true, and an empty list elsewhere. */
export function when(bad: Cel, what: Finding): Cel {
  return `(${bad} ? ${finding(what)} : [])`;
}

/** The findings of several lists, in order. */
export function together(...lists: readonly Cel[]): Cel {
  return lists.join("\n+ ");
}

/** One for each item of an optional list that `bad` is true of; `field` is appended to the item's path, such as `.name`. */
export function each(
  { optional, path }: { optional: Cel; path: string },
  bad: (item: Cel) => Cel,
  what: (item: Cel) => Omit<Finding, "field"> & { field: string },
): Cel {
  const items = `${optional}.orValue([])`;
  const { field, ...rest } = what("i");
  const where = `${text(`${path}[`)} + string(${items}.indexOf(i)) + ${text(`]${field}`)}`;
  return `${items}.filter(i, ${bad("i")}).map(i, ${mapOf({ ...rest, field: where })})`;
}

/** One for each key of an optional map that `bad` is true of. `path` is written as `path[key]`. */
export function eachKey(
  { optional, path }: { optional: Cel; path: string },
  bad: (key: Cel, value: Cel) => Cel,
  what: (key: Cel, value: Cel) => Omit<Finding, "field">,
): Cel {
  const map = `${optional}.orValue({})`;
  const field = `${text(`${path}[`)} + k + "]"`;
  return `${map}.filter(k, ${bad("k", `${map}[k]`)}).map(k, ${mapOf({ ...what("k", `${map}[k]`), field })})`;
}

/** Where something else than an object stands: a schema that lets it through must not make a rule look away. */
export function noObject(path: string): Cel {
  return wrongType(path, at(path), "an object");
}

export function noText(path: string): Cel {
  return wrongType(path, at(path), "a text");
}

/** Where a list holds something else than objects. */
export function noObjects(list: { optional: Cel; path: string }): Cel {
  return each(
    list,
    (item) => `!(type(${item}) == map)`,
    (item) => ({ field: "", found: item, allowed: text("an object"), remedy: "give it an object, or leave it out" }),
  );
}

function wrongType(path: string, optional: Cel, allowed: "an object" | "a text"): Cel {
  const type = allowed === "an object" ? "map" : "string";
  return when(`${valueOf(optional)} != null && !(type(${valueOf(optional)}) == ${type})`, {
    field: text(path),
    found: valueOf(optional),
    allowed: text(allowed),
    remedy: `give it ${allowed}, or leave it out`,
  });
}

/** True for a namespace that is neither unset nor the request's own. */
export function isForeign(optional: Cel): Cel {
  return `!${any(`${valueOf(optional)} == null`, `${valueOf(optional)} in ["", request.namespace]`)}`;
}

/** True for a field of the object with a namespace that is neither unset nor its own. */
export const isForeignAt = (path: string): Cel => isForeign(at(path));

/** True for what no object can be called. */
export function isBadName(optional: Cel): Cel {
  const value = valueOf(optional);
  return `!(type(${value}) == string && ${value}.size() <= 253 && ${value}.matches(${text(DNS_SUBDOMAIN)}))`;
}

/** Alternatives in words, of a list of strings: `"a" or "b"`, or `none`. */
export function anyOf(strings: Cel): Cel {
  return `(${strings}.size() == 0 ? "none" : ${strings}.map(s, strings.quote(s)).join(" or "))`;
}

/** A finding as a map. Values of different types are in it: each has to be declared dynamic. */
export function mapOf({ field, found, shown, allowed, remedy }: Finding): Cel {
  const parts = { field, found, ...(shown === undefined ? {} : { shown }), allowed, remedy: text(remedy) };
  return `{${Object.entries(parts)
    .map(([key, value]) => `"${key}": dyn(${value})`)
    .join(", ")}}`;
}
