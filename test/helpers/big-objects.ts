// Objects of three mebibytes, the most that kube-apiserver sends: good ones that have something big in a place that rules read.
import type { JsonObject } from "../../webhooks/json.ts";
import { goodOf, goodRequest } from "./good-objects.ts";
import { put, REACHES } from "./reach.ts";

const SIZE = 3 * 1024 * 1024;
/** As deep as a review may nest, less what lies around it. */
const DEPTH = 480;

const times = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: Math.floor(count) }, (_, index) => item(index));
const nested = (open: string, close: string): unknown => {
  const count = Math.floor(DEPTH / open.replaceAll(/[^[{]/g, "").length);
  return JSON.parse(`${open.repeat(count)}1${close.repeat(count)}`);
};

/** Made once: each is shared by all objects that hold it. */
const BIG: readonly (readonly [what: string, value: unknown])[] = [
  ["a long text", "a".repeat(SIZE)],
  ["a text of blanks", `${" ".repeat(SIZE)}!`],
  ["a long name with dots", "a.".repeat(SIZE / 2)],
  ["a text of braces", "{{".repeat(SIZE / 2)],
  ["a text of slashes", "a/".repeat(SIZE / 2)],
  ["a list of objects", times(SIZE / 13, () => ({ name: "x" }))],
  ["a list of foreign objects", times(SIZE / 29, () => ({ name: "X", namespace: "x" }))],
  ["a list of null", times(SIZE / 5, () => null)],
  ["a list of texts", times(SIZE / 5, () => "{{")],
  ["a map", Object.fromEntries(times(SIZE / 26, (index) => [`landlord.dev/${index}`, "\r"]))],
  ["deep lists", nested("[", "]")],
  ["deep objects", nested('{"items":[{"a":', "}]}")],
];

/** Every place of the kind that rules read, and every part of the way there, with each of the big values. */
export function* bigObjects(kind: string): Generator<{ what: string; object: JsonObject }> {
  const places = new Map<string, readonly (string | number)[]>();
  const base = goodRequest(goodOf(kind)).object;
  const ways = [
    ["metadata", "labels"],
    ["metadata", "annotations"],
    ["subjects"],
    ["spec", "patches"],
    ["spec", "url"],
    ...REACHES.filter((reach) => reach.kind === kind).map(({ path }) => path),
  ];
  for (const way of ways)
    for (const cut of way.keys()) places.set(way.slice(0, cut + 1).join("."), way.slice(0, cut + 1));
  for (const [place, path] of places) {
    for (const [what, value] of BIG)
      yield { what: `${what} as ${place}`, object: put(base, path, value) as JsonObject };
  }
}
