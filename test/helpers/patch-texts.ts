// Patches to try readers with: operations and objects, harmless and not, written in every style, and then damaged a little.
import * as fc from "fast-check";
import { dump } from "js-yaml";
import type { Candidate } from "./kustomize.ts";

const THERE = [
  "/metadata/labels/a",
  "/metadata/annotations/c",
  "/data/key",
  "/data/list/0",
  "/spec/replicas",
  "/spec/template/spec/containers/0/image",
];
const NEW = ["/metadata/labels/x", "/metadata/annotations/e~1f", "/data/new", "/data/list/-"];
const IDENTITY = ["", "/metadata", "/metadata/namespace", "/kind", "/apiVersion", "/items", "/metadata/annotations"];
const BOOKS = ["allowKindChange", "allowNameChange", "helm-generated", "previousNames", "previousKinds"];
const BOOK_KEYS = BOOKS.map((name) => `internal.config.kubernetes.io/${name}`);
/** Ways to say a pointer that one reader or another takes for it. */
const SPELLINGS: readonly ((pointer: string) => string)[] = [
  (pointer) => pointer,
  (pointer) => `x${pointer}`,
  (pointer) => `${pointer}/`,
  (pointer) => pointer.replace("/", "//"),
  (pointer) => pointer.replace("s", "~0s"),
  (pointer) => pointer.toUpperCase(),
];
const VALUES: readonly unknown[] = [
  "kube-system",
  "Namespace",
  "evil/v1",
  { name: "x", namespace: "kube-system" },
  [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "kube-system" } }],
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "kube-system" } },
  { "internal.config.kubernetes.io/helm-generated": "true" },
  "several\nlines: of\n  text # with\n---\nmarks\n",
  null,
  true,
  12,
  {},
  [],
];

/** Mostly `usual`, sometimes one of the others. */
const mostly = <T>(usual: readonly T[], ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
const spelt = (pointers: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      mostly(pointers, ...IDENTITY, ...BOOK_KEYS.map((key) => `/metadata/annotations/${key.replace("/", "~1")}`)),
      mostly([(pointer) => pointer], ...SPELLINGS),
    )
    .map(([pointer, spell]) => spell(pointer));
const values = fc.constantFrom(...VALUES);
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant("add"), path: spelt([...THERE, ...NEW]), value: values }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("replace"), path: spelt(THERE), value: values }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("remove"), path: spelt(THERE) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom("copy", "move"),
      from: spelt(["/data/map", ...THERE]),
      path: spelt(NEW),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: mostly(["test"], "ADD", "merge"),
      path: spelt(["/data/key"]),
      value: fc.constant("kube-system"),
    }),
  },
);

/** An object to merge. `exact`: mostly with the identity by which kustomize finds the one that it is for; else with any. */
function document({
  exact,
  name = "cm",
  kind = "ConfigMap",
  apiVersion = "v1",
}: {
  exact: boolean;
  name?: string;
  kind?: string;
  apiVersion?: string;
}) {
  const any = (usual: unknown, ...others: unknown[]): fc.Arbitrary<unknown> =>
    mostly<unknown>(exact ? [usual] : [usual, ...others], ...others);
  const metadata = fc
    .record({
      name: any(`${name}-ID`, "other"),
      namespace: any("HOME", "kube-system", null),
      labels: mostly<unknown>([{ x: "y" }, null, {}], { $patch: "delete" }, "x"),
      annotations: mostly<unknown>([{ x: "y" }, null], "x", ...BOOK_KEYS.map((key) => ({ [key]: "enabled" }))),
      more: mostly<object>([{}], { $patch: "delete" }, { $patch: "replace" }, { "${X}": "y" }),
    })
    .map(({ more, ...members }) => ({ ...members, ...more }));
  return fc
    .record({
      apiVersion: any(apiVersion, "evil/v1", `/${apiVersion}`),
      kind: any(kind, "Namespace", "List", "XList"),
      metadata: fc.oneof(
        { weight: 15, arbitrary: metadata },
        { weight: 1, arbitrary: fc.constantFrom<unknown>(null, "x", {}) },
      ),
      data: mostly<unknown>([{ new: "x" }, { key: null }, { several: "lines\nof: text\n" }], null),
      more: mostly<object>(
        [{}, { spec: { replicas: 2 } }],
        { items: [] },
        { items: VALUES[4] },
        { $patch: "delete" },
        { $patch: "replace" },
      ),
    })
    .map(({ more, ...members }) => ({ ...members, ...more }));
}

const STYLES: readonly ((value: unknown) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 2),
  (value) => JSON.stringify(value, null, "\t"),
  (value) => dump(value),
  (value) => dump(value, { seqNoIndent: true, forceQuotes: true }),
  (value) => dump(value, { flowLevel: 1, quoteStyle: "double" }),
  (value) => dump(value, { indent: 4, lineWidth: 20 }),
  (value) => dump(value).replaceAll("\n", "\r\n"),
  (value) => JSON.stringify(value).replaceAll("/", "\\u002f"),
];
/** What readers disagree about, or are taken in by. */
// biome-ignore format: a table
const ODDITIES = [
  "\n", "\n  ", " ", "  ", "\t", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\u00a0", "\v", "\ufeff", "\0",
  ":", ": ", "- ", "? ", "# ", " #", "\"", "'", "[", "]", "{", "}", ",", "|", ">", "|2", "\\", "\\n", "\\x2f", "&a ", "*a", "!!binary ", "!x ",
  "<<: ", "\n---\n", "\n...\n", "%YAML 1.1\n", "~", "y", "on", "012", "1:30", "\n- op: replace\n  path: /metadata/namespace\n  value: kube-system\n",
  ", {op: replace, path: /metadata/namespace, value: kube-system}", "\nmetadata: {name: x, namespace: kube-system}\n", "\nitems: []\n", "OP", "${X}",
];
const damage = fc.array(
  fc.record({ at: fc.nat(), cut: fc.constantFrom(0, 0, 0, 1, 4), put: fc.constantFrom(...ODDITIES) }),
  { maxLength: 3 },
);

const style = fc.constantFrom(...STYLES);
const operations = fc.record({
  patch: fc.tuple(fc.array(operation, { minLength: 1, maxLength: 3 }), style).map(([list, write]) => write(list)),
  target: fc.constantFrom("cm" as const, "all" as const),
});
const merge = fc.record({
  patch: fc.tuple(document({ exact: false }), style).map(([object, write]) => write(object)),
  target: fc.constantFrom("cm" as const, "all" as const),
});
const DEPLOYMENT = { exact: true, name: "dep", kind: "Deployment", apiVersion: "apps/v1" };
const merges = fc
  .tuple(document({ exact: true }), style, fc.option(document(DEPLOYMENT), { nil: undefined }))
  .map(([a, write, b]) => ({ patch: write(a) + (b === undefined ? "" : `\n---\n${dump(b)}`), target: undefined }));

/** A patch, as it is or damaged in up to three places. */
export const candidate: fc.Arbitrary<Candidate> = fc
  .record({
    written: fc.oneof(operations, merge, merges),
    places: fc.oneof(fc.constant([]), damage),
    option: mostly([false], true),
  })
  .map(({ written: { patch, target }, places, option }) => ({
    patch: damaged(patch, places),
    ...(target && { target }),
    ...(option && { options: { allowKindChange: true } }),
  }));

function damaged(text: string, places: readonly { at: number; cut: number; put: string }[]): string {
  return places.reduce((before, { at, cut, put }) => {
    const place = at % (before.length + 1);
    return before.slice(0, place) + put + before.slice(place + cut);
  }, text);
}
