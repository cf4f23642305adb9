import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ZodType } from "zod";
import {
  adminName,
  controllerName,
  fields,
  flag,
  keyOrPrefix,
  kindName,
  labelKey,
  labelValue,
  listOf,
  mapOf,
  namespaceName,
  objectName,
  objectNameOrNone,
  oneOf,
  roleName,
  serverUrl,
  setOf,
  text,
  time,
  urlEntry,
} from "../../../src/policy/values.ts";

const long = (length: number): string => "a".repeat(length);

const texts: [string, ZodType, unknown[], unknown[]][] = [
  ["text", text(8), ["a", "a b", "ünï", long(8)], ["", " a", "a ", "a\nb", "a\u2028b", "a\0b", long(9), 1, null, []]],
  [
    "adminName",
    adminName(),
    ["system:masters", "alice@example.com", "system:serviceaccounts:flux-system"],
    ["", "system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:anonymous"],
  ],
  [
    "namespaceName",
    namespaceName(),
    ["a", "constructor", "0-0", long(63)],
    ["", "A", "a.b", "__proto__", "-a", "*", long(64), 7],
  ],
  ["objectName", objectName(), ["a", "a.b", long(253)], ["", "A", "a/b", "a..b", long(254), true]],
  ["objectNameOrNone", objectNameOrNone(), ["", "a.b"], ["A", " ", null]],
  ["roleName", roleName(), ["cluster-admin", "system:node", "Admin_1"], ["", "*", "a/b", "..", ".", "a b", long(254)]],
  ["kindName", kindName(), ["GitRepository", "OCIRepository"], ["", "gitRepository", "Git Repository", "Git/x"]],
  [
    "labelKey",
    labelKey(),
    ["team", "example.com/team", "a_b.C"],
    ["", "/a", "a/", "a/b/c", "-a", "a b", "EXAMPLE.com/a"],
  ],
  ["keyOrPrefix", keyOrPrefix(), ["team", "landlord.dev/", "example.com/team"], ["", "/", "a//", "*", "a/b/", "a b/"]],
  ["labelValue", labelValue(), ["", "a", "a_b.C-d", long(63)], ["-a", "a-", "a b", "a/b", long(64), null]],
  [
    "serverUrl",
    serverUrl(),
    ["https://kubernetes.default.svc", "https://10.0.0.1:6443"],
    ["", "*", "kubernetes.default.svc", "https://", "https:///x", "https://a b"],
  ],
  [
    "controllerName",
    controllerName(),
    ["system:serviceaccount:flux-system:source-controller", "system:kube-controller-manager", "me@example.com"],
    [
      "",
      "a b",
      "system:serviceaccount:flux-system",
      "system:serviceaccount:flux-system:",
      "system:serviceaccount::a",
      "system:serviceaccount:a:b:c",
      "system:serviceaccount:A:b",
      "system:serviceaccount:a:*",
    ],
  ],
  ["flag", flag(), [true, false], ["true", "yes", 1, null]],
  ["oneOf", oneOf(["a", "b"]), ["a", "b"], ["c", "A", "", null, ["a"]]],
];

describe("values of the policy file", () => {
  for (const [name, schema, right, wrong] of texts) {
    it(`take what is right as ${name}, as it is, and nothing else`, () => {
      for (const value of right)
        assert.deepEqual(schema.safeParse(value), { success: true, data: value }, String(value));
      for (const value of wrong) {
        const { error } = schema.safeParse(value);
        assert.match(error?.issues[0]?.message ?? "", /^must be /, JSON.stringify(value));
      }
    });
  }

  const times: [string, number | undefined][] = [
    ["2026-12-31T23:59:59Z", Date.UTC(2026, 11, 31, 23, 59, 59)],
    ["2026-12-31T23:59:59.5+02:00", Date.UTC(2026, 11, 31, 21, 59, 59, 500)],
    ["2028-02-29T00:00:00Z", Date.UTC(2028, 1, 29)],
    ["2026-02-29T00:00:00Z", undefined],
    ["2026-12-31", undefined],
    ["2026-12-31T23:59:59", undefined],
    ["tomorrow", undefined],
  ];
  for (const [given, expected] of times) {
    it(`take ${given} for ${expected === undefined ? "no time" : "a time"}`, () => {
      assert.equal(time().safeParse(given).data, expected);
    });
  }

  it("take a URL to pieces, and repeat nothing of one that is wrong", () => {
    const entry = urlEntry().parse("https://*.example.com/org/");
    assert.deepEqual([entry.host, entry.anySubdomain, entry.segments], ["example.com", true, ["org"]]);
    const { error } = urlEntry().safeParse("https://user:secret@example.com/*/x");
    assert.equal(error?.issues.length, 1);
    assert.doesNotMatch(error.issues[0]?.message ?? "secret", /secret/);
  });

  it("make Sets of lists and Maps of maps, by own keys", () => {
    assert.deepEqual(setOf(text()).parse(["a", "b", "a"]), new Set(["a", "b"]));
    const map = mapOf(namespaceName(), listOf(text())).parse({ constructor: ["a"] });
    assert.deepEqual(map, new Map([["constructor", ["a"]]]));
    assert.equal(map.get("toString"), undefined);
  });

  it("tell lists and maps from each other and from nothing", () => {
    for (const value of [null, "a", {}, 1]) assert.equal(listOf(text()).safeParse(value).success, false);
    for (const value of [null, "a", [], 1]) assert.equal(mapOf(text(), text()).safeParse(value).success, false);
    assert.equal(listOf(text(), 1).safeParse([]).success, false);
  });

  it("name the keys that are known where one is not", () => {
    const { error } = fields({ a: text().optional(), b: text().optional() }).safeParse({ c: 1 });
    assert.equal(error?.issues[0]?.message, "a, b");
  });
});
