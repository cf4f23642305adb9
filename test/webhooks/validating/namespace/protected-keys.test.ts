import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdmissionRequest, UserInfo } from "../../../../webhooks/admission.ts";
import type { JsonObject } from "../../../../webhooks/json.ts";
import type { Policy } from "../../../../webhooks/policy.ts";
import { protectedKeys } from "../../../../webhooks/validating/namespace/protected-keys.ts";
import {
  ADMIN_USER,
  coreRequest,
  deepFrozen,
  LANDLORD,
  TENANT_USER,
  testFacts,
  testPolicy,
} from "../../../helpers/admission.ts";

const TENANT = { "landlord.dev/tenant": "a" };
const MARKER = { "landlord.dev/initializing": "true" };
const NAME = { "kubernetes.io/metadata.name": "tenant-a" };
const READY = { "landlord.dev/initialized": "u-1" };
const DEPUTIES = ["kustomize-controller", "helm-controller", "flux-operator"].map((name) =>
  account("flux-system", name),
);

type Parts = { labels?: unknown; annotations?: unknown } & JsonObject;
interface Asked {
  user?: UserInfo;
  policy?: Partial<Policy>;
  request?: Partial<AdmissionRequest>;
}

function account(namespace: string, name: string): UserInfo {
  return { username: `system:serviceaccount:${namespace}:${name}`, groups: [] };
}
const namespace = (parts: Parts): JsonObject => ({ metadata: { name: "tenant-a", uid: "u-1", ...parts } });
function fieldsOf(object: JsonObject, { user = TENANT_USER, policy = {}, request = {} }: Asked = {}): string[] {
  const asked = coreRequest("namespaces", object, { name: "tenant-a", namespace: "tenant-a", user, ...request });
  return protectedKeys.check(deepFrozen(asked), testFacts(), testPolicy(policy)).map(({ field }) => field);
}
const updated = (before: Parts, now: Parts, asked: Asked = {}): string[] =>
  fieldsOf(namespace(now), {
    ...asked,
    request: { operation: "UPDATE", oldObject: namespace(before), ...asked.request },
  });

const KEYS = [
  "landlord.dev/tenant",
  "landlord.dev/anything",
  "toolkit.fluxcd.io/tenant",
  "pod-security.kubernetes.io/enforce",
  "kubernetes.io/metadata.name",
];
for (const key of KEYS) {
  for (const [map, other] of [
    ["labels", "annotations"],
    ["annotations", "labels"],
  ] as const) {
    test(`denies a tenant that adds, changes or removes ${key} among ${map}`, () => {
      const field = `metadata.${map}[${key}]`;
      assert.deepEqual(updated({}, { [map]: { [key]: "x" } }), [field]);
      assert.deepEqual(updated({ [map]: { [key]: "x" } }, { [map]: { [key]: "y" } }), [field]);
      assert.deepEqual(updated({ [map]: { [key]: "x" } }, { [map]: { [key]: "" } }), [field]);
      assert.deepEqual(updated({ [map]: { [key]: "x" } }, { [map]: {} }), [field]);
      assert.deepEqual(updated({ [map]: { [key]: "x" } }, {}), [field]);
      assert.deepEqual(
        updated({ [map]: { [key]: "x" } }, { [other]: { [key]: "x" } }).toSorted(),
        [field, `metadata.${other}[${key}]`].toSorted(),
      );
      assert.deepEqual(updated({ [map]: { [key]: "x" } }, { [map]: { [key]: "x", app: "y" } }), []);
      assert.deepEqual(fieldsOf(namespace({ [map]: { [key]: "x" } })), [field]);
    });
  }
}

test("lets a tenant change any other label and annotation", () => {
  const labels = {
    app: "x",
    "landlord.development/x": "1",
    "toolkit.fluxcd.io/tenant2": "1",
    "toolkit.fluxcd.io/": "1",
    "xlandlord.dev/y": "1",
    "kubernetes.io/metadata": "1",
    constructor: "x",
  };
  assert.deepEqual(updated({ labels: TENANT }, { labels: { ...TENANT, ...labels }, annotations: labels }), []);
  assert.deepEqual(updated({ labels: { ...TENANT, ...labels } }, { labels: TENANT }), []);
  assert.deepEqual(fieldsOf(namespace({ labels })), []);
});

test("goes by the policy's keys and tenant labels, and by Landlord's own whatever the policy says", () => {
  const policy = { protectedKeys: ["example.com/", "exact"], tenantLabels: ["team"] };
  const labels = {
    "example.com/a": "1",
    exact: "1",
    exactly: "1",
    team: "1",
    "landlord.dev/tenant": "1",
    "toolkit.fluxcd.io/tenant": "1",
  };
  assert.deepEqual(
    updated({}, { labels }, { policy }).toSorted(),
    ["landlord.dev/tenant", "example.com/a", "exact", "team"].map((key) => `metadata.labels[${key}]`).toSorted(),
  );
});

for (const subResource of ["", "status", "finalize"]) {
  test(`holds for the subresource ${JSON.stringify(subResource)}`, () => {
    assert.ok(protectedKeys.subResources?.includes(subResource));
    assert.equal(updated({ labels: TENANT }, {}, { request: { subResource } }).length, 1);
  });
}

test("holds everywhere, and is no matter of unchanged content", () => {
  assert.deepEqual([protectedKeys.everywhere, protectedKeys.judgesChange], [true, true]);
  const request = { name: "kube-system", namespace: "kube-system" };
  assert.equal(updated({}, { labels: TENANT }, { request }).length, 1);
});

const PLATFORM: [string, UserInfo][] = [
  ["an admin by group", ADMIN_USER],
  ["an admin by name", { username: "root@example.com", groups: [] }],
  ["Landlord", { username: LANDLORD, groups: [] }],
  ["a controller", account("argocd", "argocd-applicationset-controller")],
  ["an account of a platform namespace", account("kube-system", "namespace-controller")],
];
for (const [who, user] of PLATFORM) {
  test(`lets ${who} change what it likes`, () => {
    assert.deepEqual(updated({ labels: TENANT }, { annotations: READY }, { user }), []);
    assert.deepEqual(fieldsOf(namespace({ labels: TENANT }), { user }), []);
    assert.deepEqual(fieldsOf({}, { user }), []);
  });
}

const STRANGERS: [string, UserInfo][] = [
  ["a ServiceAccount of the namespace", TENANT_USER],
  ["a ServiceAccount of another tenant", account("tenant-b", "tenant-b")],
  ["a ServiceAccount of a namespace that is nobody's", account("plain", "kustomize-controller")],
  ["a person", { username: "bob@example.com", groups: ["platform-admins-too"] }],
  ["a node", { username: "system:node:n1", groups: ["system:nodes"] }],
  ["a name that looks like a platform account's", { username: "system:serviceaccount:kube-system:x:y", groups: [] }],
  ["nobody", { username: "", groups: [] }],
];
for (const [who, user] of STRANGERS) {
  test(`takes ${who} for a tenant`, () => assert.equal(updated({ labels: TENANT }, {}, { user }).length, 1));
}

for (const user of DEPUTIES) {
  test(`does not let ${user.username} relabel a tenant's namespace, as whoever wrote its manifest would do so`, () => {
    assert.deepEqual(updated({ labels: TENANT }, {}, { user }), ["metadata.labels[landlord.dev/tenant]"]);
    assert.deepEqual(
      updated({ labels: { "toolkit.fluxcd.io/tenant": "a" } }, {}, { user, request: { name: "unheard-of" } }).length,
      1,
    );
    assert.equal(updated({}, { labels: TENANT }, { user }).length, 1, "tenant-a is known to be a tenant's");
    assert.deepEqual(updated({ labels: TENANT }, { labels: { ...TENANT, app: "x" } }, { user }), []);
  });

  test(`lets ${user.username} make a tenant's namespace, and relabel others`, () => {
    const plain = { name: "plain" };
    assert.deepEqual(fieldsOf(namespace({ labels: TENANT }), { user }), []);
    assert.deepEqual(updated({ labels: {} }, { labels: TENANT }, { user, request: plain }), []);
    assert.deepEqual(
      updated({ labels: { "landlord.dev/tenant": "" } }, { labels: TENANT }, { user, request: plain }),
      [],
    );
  });
}

test("does not let argocd's application controller relabel a tenant's namespace, a controller of the policy or not", () => {
  const user = account("argocd", "argocd-application-controller");
  assert.equal(updated({ labels: TENANT }, {}, { user }).length, 1);
  assert.equal(updated({ labels: TENANT }, {}, { user, policy: { controllers: new Set() } }).length, 1);
});

test("lets anybody bring along the name that kube-apiserver sets, and no other", () => {
  assert.deepEqual(fieldsOf(namespace({ labels: NAME })), []);
  assert.deepEqual(updated({}, { labels: NAME }), []);
  assert.deepEqual(updated({ labels: { "kubernetes.io/metadata.name": "x" } }, { labels: NAME }), []);
  assert.deepEqual(
    updated({}, { labels: NAME }, { request: { name: "" } }),
    [],
    "the object's own name where the request has none",
  );
  assert.equal(updated({}, { labels: { "kubernetes.io/metadata.name": "kube-system" } }).length, 1);
  assert.equal(updated({}, { annotations: NAME }).length, 1);
  assert.equal(updated({ labels: NAME }, {}).length, 1);
});

test("lets the marker be what Landlord's own mutation makes of it, and nothing else", () => {
  const unready = { labels: TENANT };
  const ready = { labels: TENANT, annotations: READY };
  assert.deepEqual(updated(unready, { labels: { ...TENANT, ...MARKER } }), []);
  assert.deepEqual(updated({ labels: { ...TENANT, ...MARKER } }, unready).length, 1);
  assert.deepEqual(updated(ready, { ...ready, labels: { ...TENANT, ...MARKER } }).length, 1);
  assert.deepEqual(updated({ ...ready, labels: { ...TENANT, ...MARKER } }, ready), []);
  assert.deepEqual(updated(unready, { labels: { ...TENANT, "landlord.dev/initializing": "false" } }).length, 1);
  assert.deepEqual(updated(unready, { ...unready, annotations: MARKER }), [
    "metadata.annotations[landlord.dev/initializing]",
  ]);
  assert.deepEqual(fieldsOf(namespace({ labels: MARKER })).length, 1);
});

test("does not let a tenant write the ready mark", () => {
  assert.deepEqual(updated({ labels: TENANT }, { labels: TENANT, annotations: READY }), [
    "metadata.annotations[landlord.dev/initialized]",
  ]);
  assert.deepEqual(fieldsOf(namespace({ annotations: READY })), ["metadata.annotations[landlord.dev/initialized]"]);
});

test("tells each key, labels first, and what it was", () => {
  const asked = coreRequest("namespaces", namespace({ annotations: { "landlord.dev/b": "2" } }), {
    operation: "UPDATE",
    oldObject: namespace({ labels: { "landlord.dev/a": "1" } }),
    name: "tenant-a",
  });
  const remedy = "leave it as it is; a platform admin may change it";
  assert.deepEqual(protectedKeys.check(asked, testFacts(), testPolicy()), [
    { field: "metadata.labels[landlord.dev/a]", found: undefined, allowed: '"1"', remedy },
    { field: "metadata.annotations[landlord.dev/b]", found: "2", allowed: "none", remedy },
  ]);
});

test("denies what it cannot read, before or after", () => {
  const unreadable: JsonObject[] = [
    {},
    { metadata: null },
    { metadata: [] },
    ...[[], "x", 1, { a: 1 }, { a: null }].flatMap((map) => [
      namespace({ labels: map }),
      namespace({ annotations: map }),
    ]),
  ];
  for (const object of unreadable) {
    assert.deepEqual(fieldsOf(object), ["metadata"], JSON.stringify(object));
    assert.deepEqual(fieldsOf(namespace({}), { request: { operation: "UPDATE", oldObject: object } }), ["metadata"]);
  }
  const inherited = JSON.parse('{"__proto__": "x"}') as JsonObject;
  assert.deepEqual(fieldsOf(namespace({ labels: inherited })), ["metadata"]);
  assert.deepEqual(updated({}, { labels: { constructor: "x", toString: "y" } }), []);
  assert.deepEqual(fieldsOf(namespace({}), { request: { operation: "UPDATE" } }), ["metadata"]);
  const { object: _, ...without } = coreRequest("namespaces", {});
  assert.equal(protectedKeys.check(without, testFacts(), testPolicy()).length, 1);
});

test("believes no old object on CREATE", () => {
  assert.equal(
    fieldsOf(namespace({ labels: TENANT }), { request: { oldObject: namespace({ labels: TENANT }) } }).length,
    1,
  );
});
