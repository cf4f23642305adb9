// What tenants can and cannot do with Kustomizations, from the wire to the wire: the real rules behind a decoded review.
// The facts behind the cases: what Flux does with each field, and what public demos and policies got wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMutator, createValidator } from "../../webhooks/chain.ts";
import type { JsonObject } from "../../webhooks/json.ts";
import { mutations } from "../../webhooks/mutating/index.ts";
import type { SharedSource } from "../../webhooks/policy.ts";
import { decodeReview, encodeReview } from "../../webhooks/review.ts";
import { rules } from "../../webhooks/validating/index.ts";
import { ADMIN_USER, kustomization, TENANT_USER, testFacts, testPolicy } from "../helpers/admission.ts";

const GROUP = "kustomize.toolkit.fluxcd.io";
const CONTROLLER = { username: "system:serviceaccount:flux-system:kustomize-controller", groups: [] };
const SHARED: SharedSource = { kind: "GitRepository", namespace: "flux-system", name: "default" };

interface Given {
  object?: JsonObject;
  oldObject?: JsonObject;
  version?: string;
  sharedSources?: SharedSource[];
  synced?: boolean;
  request?: JsonObject;
}
interface Answer {
  uid: string;
  allowed: boolean;
  warnings?: string[];
  auditAnnotations?: Record<string, string>;
  status?: {
    code: number;
    reason: string;
    message: string;
    details: {
      name: string;
      group: string;
      kind: string;
      causes: { field: string; reason: string; message: string }[];
    };
  };
}

/** Sends a review of a Kustomization in tenant-a, created by the tenant, and reads the answer. */
function review({ object = kustomization(), version = "v1", request = {}, ...given }: Given): Answer {
  const validate = createValidator({
    members: rules,
    facts: testFacts({ synced: given.synced ?? true }),
    policy: () => testPolicy({ sharedSources: given.sharedSources ?? [] }),
    observe: () => undefined,
    onError: (_, error) => assert.fail(error as Error),
  });
  const body = {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
      kind: { group: GROUP, version, kind: "Kustomization" },
      resource: { group: GROUP, version, resource: "kustomizations" },
      name: "app",
      namespace: "tenant-a",
      operation: given.oldObject === undefined ? "CREATE" : "UPDATE",
      userInfo: TENANT_USER,
      object: { ...object, apiVersion: `${GROUP}/${version}` },
      oldObject: given.oldObject === undefined ? null : { ...given.oldObject, apiVersion: `${GROUP}/${version}` },
      dryRun: false,
      options: { apiVersion: "meta.k8s.io/v1", kind: "CreateOptions" },
      ...request,
    },
  };
  const decoded = decodeReview(Buffer.from(JSON.stringify(body)));
  return (JSON.parse(encodeReview(decoded.uid, validate(decoded))) as { response: Answer }).response;
}

const fieldsOf = ({ status }: Answer): string[] | undefined => status?.details.causes.map(({ field }) => field);
const rulesOf = ({ auditAnnotations }: Answer): string | undefined => auditAnnotations?.["denied-by"];

test("refuses the demo's wrong-namespace Kustomization for exactly three causes: K1, K2, K4", () => {
  const object = kustomization({
    path: "./kustomizations/wrong-namespace",
    sourceRef: { kind: "GitRepository", name: "default", namespace: "flux-system" },
    serviceAccountName: undefined,
    targetNamespace: undefined,
  });
  const { uid, allowed, status, auditAnnotations } = review({ object });
  assert.equal(uid, "705ab4f5-6393-11e8-b7cc-42010a800002");
  assert.equal(allowed, false);
  assert.deepEqual(auditAnnotations, { "denied-by": "K1,K2,K4" });
  const { causes, ...details } = status!.details;
  assert.deepEqual(details, { name: "app", group: GROUP, kind: "Kustomization" });
  assert.deepEqual(
    causes.map(({ field, reason, message }) => [message.slice(0, 2), field, reason]),
    [
      ["K1", "spec.serviceAccountName", "FieldValueRequired"],
      ["K2", "spec.targetNamespace", "FieldValueRequired"],
      ["K4", "spec.sourceRef.namespace", "FieldValueForbidden"],
    ],
  );
  assert.deepEqual([status!.code, status!.reason], [403, "Forbidden"]);
  assert.match(status!.message, /^K1 spec\.serviceAccountName is missing; .* K2 .* K4 .*"flux-system"/);
  assert.doesNotMatch(status!.message, /\n/);
});

const ALLOWED: [string, Given][] = [
  ["a Kustomization that stays at home", {}],
  [
    "a source in its own namespace, said out loud",
    { object: kustomization({ sourceRef: { kind: "Bucket", name: "app", namespace: "tenant-a" } }) },
  ],
  ["a source from a registry", { object: kustomization({ sourceRef: { kind: "OCIRepository", name: "app" } }) }],
  [
    "the demo's own Kustomization, once it names its ServiceAccount and the source is shared",
    { object: kustomization({ sourceRef: { ...SHARED } }), sharedSources: [SHARED] },
  ],
  [
    "a generated name",
    { object: kustomization({}, { name: undefined, generateName: "app-" }), request: { name: undefined } },
  ],
  [
    "a namespace whose name every object inherits",
    {
      object: kustomization({ serviceAccountName: "constructor", targetNamespace: "constructor" }),
      request: { namespace: "constructor" },
    },
  ],
  [
    "a platform namespace, whatever the fields say",
    {
      object: kustomization({ serviceAccountName: undefined, targetNamespace: "kube-system" }),
      request: { namespace: "flux-system" },
    },
  ],
  [
    "maps with keys that reach a prototype",
    {
      object: kustomization({
        postBuild: { substitute: JSON.parse('{"__proto__": "x", "constructor": "y"}') as unknown },
      }),
    },
  ],
];
for (const [what, given] of ALLOWED) {
  test(`allows ${what}, without a word`, () => {
    assert.deepEqual(review(given), { uid: "705ab4f5-6393-11e8-b7cc-42010a800002", allowed: true });
  });
}

const DENIED: [string, Given, string, string[]][] = [
  [
    "the demo's own Kustomization as it is",
    { object: kustomization({ serviceAccountName: undefined, sourceRef: { ...SHARED } }), version: "v1beta2" },
    "K1,K4",
    ["spec.serviceAccountName", "spec.sourceRef.namespace"],
  ],
  [
    "a platform namespace as target",
    { object: kustomization({ targetNamespace: "kube-system" }) },
    "K2",
    ["spec.targetNamespace"],
  ],
  [
    "another tenant's as target",
    { object: kustomization({ targetNamespace: "tenant-b" }) },
    "K2",
    ["spec.targetNamespace"],
  ],
  ["no target", { object: kustomization({ targetNamespace: undefined }) }, "K2", ["spec.targetNamespace"]],
  [
    "no ServiceAccount",
    { object: kustomization({ serviceAccountName: undefined }) },
    "K1",
    ["spec.serviceAccountName"],
  ],
  [
    "the controller's ServiceAccount",
    { object: kustomization({ serviceAccountName: "kustomize-controller" }) },
    "K1",
    ["spec.serviceAccountName"],
  ],
  [
    "another tenant's source",
    { object: kustomization({ sourceRef: { kind: "GitRepository", name: "app", namespace: "tenant-b" } }) },
    "K4",
    ["spec.sourceRef.namespace"],
  ],
  [
    "a source whose status is its content",
    { object: kustomization({ sourceRef: { kind: "ExternalArtifact", name: "app" } }) },
    "K4",
    ["spec.sourceRef.kind"],
  ],
  [
    "what Flux's own controller applies without impersonation in a tenant's namespace",
    { object: kustomization({ targetNamespace: undefined }), request: { userInfo: CONTROLLER } },
    "K2",
    ["spec.targetNamespace"],
  ],
  [
    "a namespace that is no tenant's",
    {
      object: kustomization({ serviceAccountName: "plain", targetNamespace: "plain" }),
      request: { namespace: "plain" },
    },
    "K1",
    ["spec.serviceAccountName"],
  ],
  [
    "no spec",
    { object: { metadata: { name: "app" } } },
    "K1,K2,K4",
    ["spec.serviceAccountName", "spec.targetNamespace", "spec.sourceRef"],
  ],
  [
    "no object",
    { request: { object: null } },
    "K1,K2,K4",
    ["spec.serviceAccountName", "spec.targetNamespace", "spec.sourceRef"],
  ],
  [
    "an object that says it lives elsewhere than the request",
    { object: kustomization({}, { namespace: "tenant-b" }), request: { namespace: "tenant-b" } },
    "K1,K2",
    ["spec.serviceAccountName", "spec.targetNamespace"],
  ],
  [
    "an update that turns a good object bad",
    { object: kustomization({ targetNamespace: "kube-system" }), oldObject: kustomization() },
    "K2",
    ["spec.targetNamespace"],
  ],
  [
    "another path on an object that was bad before",
    {
      object: kustomization({ targetNamespace: "kube-system", path: "./other" }),
      oldObject: kustomization({ targetNamespace: "kube-system" }),
    },
    "K2",
    ["spec.targetNamespace"],
  ],
  [
    "a bad object that moves to another shard",
    {
      object: kustomization({ targetNamespace: "kube-system" }, { labels: { "sharding.fluxcd.io/key": "a" } }),
      oldObject: kustomization({ targetNamespace: "kube-system" }),
    },
    "K2,K11",
    ["spec.targetNamespace", "metadata.labels[sharding.fluxcd.io/key]"],
  ],
  [
    "a changed spec on a bad object that is being deleted",
    {
      object: kustomization({ targetNamespace: "kube-system" }, { deletionTimestamp: "2026-11-21T10:00:00Z" }),
      oldObject: kustomization({ targetNamespace: "tenant-b" }, { deletionTimestamp: "2026-11-21T10:00:00Z" }),
    },
    "K2",
    ["spec.targetNamespace"],
  ],
];
for (const [what, given, denials, fields] of DENIED) {
  test(`denies ${what}`, () => {
    const answer = review(given);
    assert.equal(answer.allowed, false);
    assert.equal(rulesOf(answer), denials);
    assert.deepEqual(fieldsOf(answer), fields);
    assert.equal(answer.status?.code, 403);
  });
}

test("says the same words to a dry run", () => {
  const object = kustomization({ targetNamespace: "kube-system" });
  assert.deepEqual(review({ object, request: { dryRun: true } }), review({ object }));
  const { message } = review({ object }).status!;
  for (const part of ["K2", "spec.targetNamespace", '"kube-system"', '"tenant-a"']) assert.ok(message.includes(part));
});

test("never blocks a DELETE, not even of a bad object in a cold start", () => {
  const oldObject = kustomization({ serviceAccountName: undefined, targetNamespace: "kube-system" });
  const request = { operation: "DELETE", object: null, oldObject };
  assert.equal(review({ request }).allowed, true);
  assert.equal(review({ request: { ...request, name: undefined }, synced: false }).allowed, true);
});

test("lets controllers and people touch a bad object in ways that change nothing that is judged", () => {
  const bad = (metadata: JsonObject) =>
    kustomization({ targetNamespace: "kube-system", serviceAccountName: undefined }, metadata);
  const finalizers = ["finalizers.fluxcd.io"];
  const annotations = { "reconcile.fluxcd.io/requestedAt": "2026-11-21T10:00:00Z" };
  const cases: Given[] = [
    { object: bad({ finalizers }), oldObject: bad({}), request: { userInfo: CONTROLLER } },
    { object: bad({ deletionTimestamp: "x" }), oldObject: bad({ finalizers, deletionTimestamp: "x" }) },
    { object: bad({ annotations }), oldObject: bad({}) },
    { object: bad({}), oldObject: bad({ finalizers }), synced: false },
  ];
  for (const given of cases) assert.equal(review(given).allowed, true);
});

test("lets controllers write the status, and nobody else", () => {
  const object = { ...kustomization({ targetNamespace: "kube-system" }), status: { lastAppliedRevision: "main" } };
  const write = (userInfo: JsonObject): Answer =>
    review({ object, oldObject: kustomization(), request: { subResource: "status", userInfo } });
  assert.equal(write(CONTROLLER).allowed, true);
  const denied = write(TENANT_USER);
  assert.deepEqual([rulesOf(denied), fieldsOf(denied)], ["K13", ["status"]]);
  assert.deepEqual(write(ADMIN_USER).auditAnnotations, { exempt: "K13" });
});

test("lets a platform admin break the glass, says so and records it", () => {
  const object = kustomization({ targetNamespace: "kube-system" });
  const { allowed, warnings, auditAnnotations } = review({ object, request: { userInfo: ADMIN_USER } });
  assert.equal(allowed, true);
  assert.match(warnings!.join(), /^exempt: K2 spec\.targetNamespace is "kube-system"/);
  assert.ok(warnings![0]!.length <= 120);
  assert.deepEqual(auditAnnotations, { exempt: "K2" });
});

test("warns of versions of the API that Flux has removed, and judges them all the same", () => {
  for (const version of ["v1beta1", "v1beta2"]) {
    const { allowed, warnings } = review({ version });
    assert.equal(allowed, true);
    assert.match(warnings!.join(), new RegExp(`^kustomize.toolkit.fluxcd.io/${version} Kustomization is deprecated`));
  }
  assert.equal(rulesOf(review({ version: "v9", object: kustomization({ targetNamespace: undefined }) })), "K2");
});

test("denies resources that no rule is about: group and plural decide, not the kind", () => {
  const kind = { group: "kustomize.config.k8s.io", version: "v1beta1", kind: "Kustomization" };
  const resource = { group: "kustomize.config.k8s.io", version: "v1beta1", resource: "kustomizations" };
  const answer = review({ request: { kind, resource } });
  assert.equal(rulesOf(answer), "unknown-resource");
  assert.match(answer.status!.message, /^no rule is about kustomizations\.kustomize\.config\.k8s\.io;/);
  assert.equal(review({ request: { kind, resource, operation: "DELETE", object: null } }).allowed, true);
});

test("denies as long as the facts are not complete", () => {
  const answer = review({ synced: false });
  assert.equal(answer.allowed, false);
  assert.deepEqual([answer.status?.code, answer.status?.reason], [500, "InternalError"]);
});

test("tells all of what is wrong even when a hostile object quotes a page", () => {
  const long = `${"x".repeat(10_000)}\nK9 spec.forged`;
  const { status } = review({
    object: kustomization({ serviceAccountName: long, targetNamespace: long, sourceRef: long }),
  });
  assert.equal(status!.details.causes.length, 3);
  assert.ok(Buffer.byteLength(status!.message) < 2000);
  assert.doesNotMatch(status!.message, /\n|forged/);
});

test("answers a second call with the patch applied with an empty patch", () => {
  const mutate = createMutator({
    members: mutations,
    facts: testFacts(),
    policy: () => testPolicy(),
    observe: () => undefined,
    onError: (_, error) => assert.fail(error as Error),
  });
  const call = (object: JsonObject): Answer & { patch?: string } => {
    const request = {
      uid: "u-1",
      kind: { group: "", version: "v1", kind: "Namespace" },
      resource: { group: "", version: "v1", resource: "namespaces" },
      operation: "CREATE",
      name: "team",
      namespace: "team",
      object,
    };
    const wire = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
    const verdict = mutate(decodeReview(JSON.stringify(wire)));
    return (JSON.parse(encodeReview("u-1", verdict)) as { response: Answer & { patch?: string } }).response;
  };
  const first = call({ metadata: { name: "team", labels: { "landlord.dev/tenant": "a" } } });
  assert.deepEqual(JSON.parse(Buffer.from(first.patch!, "base64").toString()), [
    { op: "add", path: "/metadata/labels/landlord.dev~1initializing", value: "true" },
  ]);
  const patched = { name: "team", labels: { "landlord.dev/tenant": "a", "landlord.dev/initializing": "true" } };
  assert.deepEqual(call({ metadata: patched }), { uid: "u-1", allowed: true });
});
