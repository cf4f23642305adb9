// Tables of cases for one rule: parts laid over a good object, and the exact fields that the rule then objects to.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdmissionRequest } from "../../webhooks/admission.ts";
import type { Facts } from "../../webhooks/facts.ts";
import { own } from "../../webhooks/json.ts";
import type { Policy } from "../../webhooks/policy.ts";
import type { Rule, Violation } from "../../webhooks/validating/rule.ts";
import { deepFrozen, testFacts, testPolicy } from "./admission.ts";
import { goodOf, goodRequest, type Parts } from "./good-objects.ts";

/** What differs from a good object created by tenant-a under the test policy. */
export interface Given extends Parts {
  request?: Partial<AdmissionRequest>;
  policy?: Partial<Policy>;
  facts?: Facts;
}
/** In words that complete "allows" or "denies"; what is given; the fields that are objected to, in order. */
export type Row = readonly [what: string, given: Given, ...fields: string[]];

export interface Table {
  allowed?: readonly Row[];
  denied?: readonly Row[];
  warned?: readonly Row[];
}

export const BASELINE = { policy: { profile: "baseline" } } as const;
/** No strings, each with words for it. */
export const NO_STRINGS: readonly (readonly [string, unknown])[] = [
  ["a number", 1],
  ["zero", 0],
  ["true", true],
  ["false", false],
  ["an empty list", []],
  ["a list of it", ["tenant-a"]],
  ["an empty object", {}],
  ["an object with it", { name: "tenant-a", namespace: "tenant-a" }],
];
export const NO_OBJECTS: readonly (readonly [string, unknown])[] = [
  ["a text", "tenant-a"],
  ["an empty text", ""],
  ["a number", 1],
  ["zero", 0],
  ["true", true],
  ["false", false],
  ["an empty list", []],
  ["a list", [{ name: "tenant-a" }]],
];
export const NO_LISTS: readonly (readonly [string, unknown])[] = [
  ["a text", "tenant-a"],
  ["an empty text", ""],
  ["a number", 1],
  ["zero", 0],
  ["true", true],
  ["false", false],
  ["an empty object", {}],
  ["an object", { 0: { name: "tenant-a" }, length: 1 }],
];
/** What stands in a list where an object should. */
export const NO_ITEMS: readonly (readonly [string, unknown])[] = [["null", null], ...NO_OBJECTS];
/** All but the text tenant-a: other namespaces, what looks like it, what templates and inherited names would make of it. */
export const FOREIGN: readonly string[] = [
  "tenant-b",
  "tenant-a-too",
  "kube-system",
  "flux-system",
  "default",
  "unheard-of",
  "constructor",
  "__proto__",
  "toString",
  "Tenant-a",
  "TENANT-A",
  " tenant-a",
  "tenant-a ",
  "tenant-a\n",
  "tenant-a\0",
  "tenant-a.",
  "tenant-a/",
  "./tenant-a",
  "tenant",
  "tenant-",
  "tenant-aa",
  "xtenant-a",
  "tenant-\uff41",
  "tenant\u2010a",
  "tenant-a\u200b",
  "tenant-a,tenant-b",
  "tenant-*",
  "*",
  "!tenant-b",
  "${NS}",
  "{{ns}}",
  "<< inputs.ns >>",
  " ",
];

/** Rows for each of the values, with words for it. */
export function rowsFor(
  values: readonly (readonly [string, unknown])[],
  given: (value: unknown) => Given,
  words: (what: string) => string,
  ...fields: string[]
): Row[] {
  return values.map(([what, value]) => [words(what), given(value), ...fields] as const);
}

/** Rows for each namespace, or other name, that is not tenant-a, and for what is no name. */
export function foreignRows(what: string, given: (value: unknown) => Given, ...fields: string[]): Row[] {
  const names = FOREIGN.map((name) => [JSON.stringify(name), name] as const);
  return rowsFor([...names, ...NO_STRINGS], given, (value) => `${value} as ${what}`, ...fields);
}

/** By rule and field: where something else was found than what stands there, such as a name, a part or a sum. */
const FOUND_ELSEWHERE: readonly (readonly [id: string, field: RegExp])[] = [
  ["K7", /./],
  ["K7b", /./],
  ["K8", /substitute$/],
  ["K12", /\]/],
  ["K13", /^status$/],
  ["K14", /./],
  ["A3", /\.destination$/],
  ["A4", /\.patches\[/],
  ["A7", /\.(destination|generators\[\d+\])$|\.patches\[/],
  ["A9", /./],
];

/** What stands at a path as violations have it: `spec.a[0].b`, `metadata.labels[key]`. */
function valueAt(object: unknown, field: string): unknown {
  const steps = field.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g);
  return [...steps].reduce((value: unknown, [, inner, outer]) => {
    const isIndex = Array.isArray(value) && inner !== undefined;
    return isIndex ? (value[Number(inner)] as unknown) : own(value, inner ?? outer ?? "");
  }, object);
}

function requestOf(kind: string, given: Given): AdmissionRequest {
  const { request = {}, policy: _, facts: __, ...parts } = given;
  return deepFrozen(goodRequest(goodOf(kind), parts, request));
}

/** What the rule says to a good object of the kind with `given` laid over it. */
export function checked(rule: Rule, kind: string, given: Given = {}): Violation[] {
  const { policy = {}, facts = testFacts() } = given;
  return rule.check(requestOf(kind, given), facts, testPolicy({ ...goodOf(kind).policy, ...policy }));
}

/** A test for each row; of a denial each found value is what stands at its field. */
export function testRule(rule: Rule, kind: string, { allowed = [], denied = [], warned = [] }: Table): void {
  for (const [what, given] of allowed) {
    test(`${kind}: allows ${what}`, () => assert.deepEqual(checked(rule, kind, given), []));
  }
  for (const [rows, isWarning] of [
    [denied, undefined],
    [warned, true],
  ] as const) {
    for (const [what, given, ...fields] of rows) {
      test(`${kind}: ${isWarning ? "warns of" : "denies"} ${what}`, () => {
        const found = checked(rule, kind, given);
        assert.deepEqual(
          found.map(({ field }) => field),
          fields,
        );
        for (const violation of found) {
          assert.equal(violation.isWarning, isWarning);
          if (!FOUND_ELSEWHERE.some(([id, field]) => id === rule.id && field.test(violation.field))) {
            assert.deepEqual(violation.found, valueAt(requestOf(kind, given).object, violation.field));
          }
          for (const text of [violation.allowed, violation.remedy]) assert.match(text, /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
        }
      });
    }
  }
}
