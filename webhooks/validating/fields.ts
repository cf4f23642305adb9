// What many rules ask of a field: that a list holds objects, that a namespace is the own one, that a name is a name.
// A value of a wrong type is a violation, never a reason to look away.
import { isDnsSubdomain } from "../../src/model/names.ts";
import type { AdmissionRequest } from "../admission.ts";
import { type Facts, isSameTenant } from "../facts.ts";
import { isObject, isUnset, type JsonObject, own } from "../json.ts";
import type { Policy } from "../policy.ts";
import { quote } from "../text.ts";
import type { Violation } from "./rule.ts";

/** The value at a path of keys; undefined where one of them is missing or leads through something else than an object. */
export function at(object: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce(own, object);
}

/** More than any schema takes; a list beyond it is refused without being read. */
const MAX_ITEMS = 10_000;

/** Items of a list with their paths, and what is wrong with those that are no objects. Nothing there is an empty list. */
export function itemsOf(
  list: unknown,
  field: string,
): { items: [field: string, item: JsonObject][]; wrong: Violation[] } {
  const { items: all, wrong } = listAt(list, field, "objects");
  return {
    items: all.filter((entry): entry is [string, JsonObject] => isObject(entry[1])),
    wrong: [
      ...wrong,
      ...all.filter(([, item]) => !isObject(item)).map(([path, item]) => wrongType(path, item, "an object")),
    ],
  };
}

/** The same for a list of texts, such as sync options. */
export function textsOf(list: unknown, field: string): { texts: [field: string, text: string][]; wrong: Violation[] } {
  const { items: all, wrong } = listAt(list, field, "texts");
  return {
    texts: all.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    wrong: [
      ...wrong,
      ...all.filter(([, item]) => typeof item !== "string").map(([path, item]) => wrongType(path, item, "a text")),
    ],
  };
}

function listAt(
  list: unknown,
  field: string,
  what: string,
): { items: [field: string, item: unknown][]; wrong: Violation[] } {
  if (list === undefined || list === null) return { items: [], wrong: [] };
  if (!Array.isArray(list)) return { items: [], wrong: [wrongType(field, list, `a list of ${what}`)] };
  if (list.length > MAX_ITEMS)
    return { items: [], wrong: [wrongType(field, list, `a list of at most ${MAX_ITEMS} ${what}`)] };
  return { items: list.map((item: unknown, index) => [`${field}[${index}]`, item]), wrong: [] };
}

/** The object at `field`, what is wrong with it if it is none, or neither where nothing is set. */
export function objectAt(value: unknown, field: string): { value?: JsonObject; wrong: Violation[] } {
  if (value === undefined || value === null) return { wrong: [] };
  return isObject(value) ? { value, wrong: [] } : { wrong: [wrongType(field, value, "an object")] };
}

export function wrongType(field: string, found: unknown, allowed: string): Violation {
  return { field, found, allowed, remedy: `give it ${allowed}, or leave it out` };
}

/** A namespace that is neither unset nor the request's own is a violation. */
export function foreignNamespace(
  field: string,
  found: unknown,
  { namespace }: AdmissionRequest,
  remedy: string,
): Violation[] {
  if (isUnset(found) || found === namespace) return [];
  return [{ field, found, allowed: quote(namespace), remedy }];
}

/** What an object's `name` must be so that it can name anything. */
export function badName(field: string, found: unknown, remedy: string): Violation[] {
  if (typeof found === "string" && isDnsSubdomain(found)) return [];
  return [{ field, found, allowed: "a DNS-1123 subdomain", remedy }];
}

/** True for the request's namespace; where the policy joins a tenant's namespaces, for each of them. */
export function isOwnNamespace(found: unknown, namespace: string, facts: Facts, policy: Policy): boolean {
  if (typeof found !== "string" || found === "" || namespace === "") return false;
  return found === namespace || (policy.tenantNamespaceSets && isSameTenant(found, namespace, facts));
}

/** Alternatives in words: `"a" or "b"`, or `none`. */
export function anyOf(values: readonly string[]): string {
  return values.length === 0 ? "none" : values.map(quote).join(" or ");
}

/** The same violations, as warnings unless `isStrict`. */
export function strictOnly(violations: readonly Violation[], isStrict: boolean): Violation[] {
  return violations.map((violation) => (isStrict ? violation : { ...violation, isWarning: true }));
}
