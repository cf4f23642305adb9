import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "../../../../webhooks/policy.ts";
import { serviceAccount } from "../../../../webhooks/validating/kustomization/service-account.ts";
import { BASELINE, checked, foreignRows, type Given, type Row, testRule } from "../../../helpers/rule-table.ts";

const FIELD = "spec.serviceAccountName";
const named = (serviceAccountName: unknown, rest: Given = {}): Given => ({ spec: { serviceAccountName }, ...rest });
const listed = (...names: string[]): Partial<Policy> => ({ serviceAccounts: new Map([["tenant-a", names]]) });
const inNamespace = (namespace: string) => ({ request: { namespace } });
const FALLBACK = { profile: "baseline", defaultServiceAccount: "default" } as const;

const missing = (policy: Partial<Policy>): Row[] => [
  ["no name", named(undefined, { policy }), FIELD],
  ["null", named(null, { policy }), FIELD],
  ["an empty name", named("", { policy }), FIELD],
];

testRule(serviceAccount, "Kustomization", {
  allowed: [
    ["the ServiceAccount that is named after the namespace", named("tenant-a")],
    ["the same in a namespace whose name every object inherits", named("constructor", inNamespace("constructor"))],
    ["each of those that the policy lists", named("deployer", { policy: listed("tenant-a", "deployer") })],
    ["a name with dots that the policy lists", named("a.b-c", { policy: listed("a.b-c") })],
    ["no name where the controllers fall back to one, baseline", named(undefined, { policy: FALLBACK })],
    ["null where the controllers fall back to one, baseline", named(null, { policy: FALLBACK })],
    ["an empty name where the controllers fall back to one, baseline", named("", { policy: FALLBACK })],
  ],
  denied: [
    ...missing({}),
    ...missing(BASELINE.policy),
    ...missing({ defaultServiceAccount: "default" }),
    [
      "no name where the fall-back is no tenant's",
      named(undefined, { policy: FALLBACK, ...inNamespace("plain") }),
      FIELD,
    ],
    ["a wrong name in spite of a fall-back", named("default", { policy: FALLBACK }), FIELD],
    ["zero in spite of a fall-back", named(0, { policy: FALLBACK }), FIELD],
    ["a controller's account", named("kustomize-controller"), FIELD],
    ["its own where the policy lists others", named("tenant-a", { policy: listed("deployer") }), FIELD],
    ["its own where the policy lists none", named("tenant-a", { policy: listed() }), FIELD],
    [
      "its own where the policy does not list the namespace",
      named("tenant-a", { policy: { serviceAccounts: new Map() } }),
      FIELD,
    ],
    [
      "what the policy lists for another namespace",
      named("x", { policy: { serviceAccounts: new Map([["tenant-b", ["x"]]]) } }),
      FIELD,
    ],
    ["a listed name that no ServiceAccount has", named("a/b", { policy: listed("a/b") }), FIELD],
    ["a listed empty name", named("", { policy: listed("") }), FIELD],
    ["a name with a namespace before it", named("tenant-b:tenant-b"), FIELD],
    [
      "the account of the namespace that the object says, but the request does not",
      named("tenant-a", inNamespace("tenant-b")),
      FIELD,
    ],
    ["any name in an unknown namespace", named("unheard-of", inNamespace("unheard-of")), FIELD],
    ["any name in a namespace that is no tenant's", named("plain", inNamespace("plain")), FIELD],
    ["an inherited name as namespace", named("toString", inNamespace("toString")), FIELD],
    ["__proto__ as namespace", named("__proto__", inNamespace("__proto__")), FIELD],
    ["any name where the request has no namespace", named("", inNamespace("")), FIELD],
    [
      "any name listed for a namespace that is no tenant's",
      named("x", { policy: { serviceAccounts: new Map([["plain", ["x"]]]) }, ...inNamespace("plain") }),
      FIELD,
    ],
    ["no spec", { spec: null }, FIELD],
    ["a spec that is a text", { spec: "serviceAccountName: tenant-a" }, FIELD],
    ["a spec that is a list", { spec: [{ serviceAccountName: "tenant-a" }] }, FIELD],
    ...foreignRows("ServiceAccount", named, FIELD),
  ],
});

test("tells what was found, what is allowed and what to do", () => {
  const [violation] = checked(serviceAccount, "Kustomization", named("x", { policy: listed("a", "b") }));
  assert.equal(violation?.found, "x");
  assert.equal(violation.allowed, '"a" or "b"');
  assert.match(violation.remedy, /^name the ServiceAccount that applies it/);
  assert.equal(checked(serviceAccount, "Kustomization", named("x", { policy: listed() }))[0]?.allowed, "none");
});

test("tells how to make a namespace a tenant's", () => {
  const [violation] = checked(serviceAccount, "Kustomization", named("plain", inNamespace("plain")));
  assert.equal(violation?.allowed, 'none, since namespace "plain" is no tenant\'s');
  assert.match(violation.remedy, /label the Namespace landlord\.dev\/tenant=<tenant>/);
  const [other] = checked(
    serviceAccount,
    "Kustomization",
    named("x", { policy: { tenantLabels: [] }, ...inNamespace("plain") }),
  );
  assert.match(other?.remedy ?? "", /label the Namespace =<tenant>, or use a tenant's namespace$/);
});
