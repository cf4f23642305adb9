import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Verdict } from "../../webhooks/admission.ts";
import { decodeReview, encodeError, encodeReview, ReviewError } from "../../webhooks/review.ts";
import { kustomization, kustomizationRequest } from "../helpers/admission.ts";

type Json = Record<string, unknown>;
const KIND = { group: "kustomize.toolkit.fluxcd.io", version: "v1", kind: "Kustomization" };
const RESOURCE = { group: "kustomize.toolkit.fluxcd.io", version: "v1", resource: "kustomizations" };
const REQUEST: Json = { uid: "u-1", kind: KIND, resource: RESOURCE, operation: "CREATE", object: kustomization() };

const body = (request: unknown, envelope: Json = {}): Buffer =>
  Buffer.from(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request, ...envelope }));
const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

test("decodes a whole request", () => {
  const { user, ...rest } = kustomizationRequest(kustomization(), { oldObject: kustomization(), operation: "UPDATE" });
  const wire = {
    ...rest,
    userInfo: { ...user, uid: "x", extra: {} },
    options: { kind: "UpdateOptions" },
    requestKind: KIND,
  };
  assert.deepEqual(decodeReview(body(wire)), { ...rest, user });
  assert.deepEqual(decodeReview(body(wire).toString()), { ...rest, user });
});

test("fills in what the wire leaves out or sets to null", () => {
  const wanted = {
    uid: "u-1",
    kind: { group: "", version: "v1", kind: "Pod" },
    resource: { group: "", version: "v1", resource: "pods" },
    subResource: "",
    name: "",
    namespace: "",
    operation: "DELETE",
    user: { username: "", groups: [] },
    dryRun: false,
  };
  const least = {
    uid: "u-1",
    kind: { version: "v1", kind: "Pod" },
    resource: { version: "v1", resource: "pods" },
    operation: "DELETE",
  };
  const none = Object.fromEntries(
    ["name", "namespace", "subResource", "object", "oldObject", "dryRun", "userInfo"].map((key) => [key, null]),
  );
  assert.deepEqual(decodeReview(body(least)), wanted);
  assert.deepEqual(decodeReview(body({ ...least, ...none })), wanted);
  assert.deepEqual(decodeReview(body({ ...least, userInfo: { username: null, groups: null } })), wanted);
});

test("leaves it to the members to miss the object of a CREATE or UPDATE", () => {
  assert.equal(decodeReview(body({ ...REQUEST, object: null })).object, undefined);
});

const MISTAKES: [string, Buffer, RegExp][] = [
  ["an empty body", Buffer.alloc(0), /the body is empty$/],
  ["a body that is not JSON", Buffer.from("kind: AdmissionReview"), /the body is not JSON$/],
  ["half a body", body(REQUEST).subarray(0, -5), /the body is not JSON$/],
  ["a list", Buffer.from("[]"), /the body is a list, must be an object$/],
  ["null", Buffer.from("null"), /the body is null, must be an object$/],
  ["another kind", body(REQUEST, { kind: "Pod" }), /: kind is "Pod", must be "AdmissionReview"$/],
  ["no kind", body(REQUEST, { kind: undefined }), /: kind is missing, must be "AdmissionReview"$/],
  [
    "v1beta1",
    body(REQUEST, { apiVersion: "admission.k8s.io/v1beta1" }),
    /apiVersion is "admission.k8s.io\/v1beta1", must be "admission.k8s.io\/v1"$/,
  ],
  ["no request", body(undefined), /: request is missing, must be an object$/],
  ["a request that is a list", body([]), /: request is a list, must be an object$/],
  ["no uid", body({ ...REQUEST, uid: undefined }), /request.uid is missing, must be a string of 1 to 128 characters$/],
  ["an empty uid", body({ ...REQUEST, uid: "" }), /request.uid is ""/],
  ["an overlong uid", body({ ...REQUEST, uid: "u".repeat(129) }), /request.uid is "u{64}"… \(129 characters\)/],
  ["a uid that is a number", body({ ...REQUEST, uid: 1 }), /request.uid is 1,/],
  [
    "an unknown operation",
    body({ ...REQUEST, operation: "PATCH" }),
    /is "PATCH", must be one of CREATE, UPDATE, DELETE, CONNECT$/,
  ],
  ["an operation in small letters", body({ ...REQUEST, operation: "create" }), /request.operation is "create"/],
  ["no kind in the request", body({ ...REQUEST, kind: null }), /request.kind is null, must be an object$/],
  [
    "an empty kind",
    body({ ...REQUEST, kind: { ...KIND, kind: "" } }),
    /request.kind.kind is "", must be a string that is not empty$/,
  ],
  [
    "a kind without version",
    body({ ...REQUEST, kind: { ...KIND, version: undefined } }),
    /request.kind.version is missing/,
  ],
  ["no resource", body({ ...REQUEST, resource: undefined }), /request.resource is missing, must be an object$/],
  [
    "a resource without name",
    body({ ...REQUEST, resource: { version: "v1" } }),
    /request.resource.resource is missing/,
  ],
  [
    "a group that is a number",
    body({ ...REQUEST, resource: { ...RESOURCE, group: 1 } }),
    /request.resource.group is 1, must be a string$/,
  ],
  ["a name that is a list", body({ ...REQUEST, name: [] }), /request.name is a list, must be a string$/],
  ["a namespace that is a number", body({ ...REQUEST, namespace: 1 }), /request.namespace is 1, must be a string$/],
  [
    "a subresource that is true",
    body({ ...REQUEST, subResource: true }),
    /request.subResource is true, must be a string$/,
  ],
  ["an object that is a string", body({ ...REQUEST, object: "x" }), /request.object is "x", must be an object$/],
  [
    "an old object that is a list",
    body({ ...REQUEST, oldObject: [] }),
    /request.oldObject is a list, must be an object$/,
  ],
  ["a user that is a string", body({ ...REQUEST, userInfo: "me" }), /request.userInfo is "me", must be an object$/],
  [
    "a user name that is a number",
    body({ ...REQUEST, userInfo: { username: 1 } }),
    /request.userInfo.username is 1, must be a string$/,
  ],
  [
    "groups that are a string",
    body({ ...REQUEST, userInfo: { groups: "g" } }),
    /request.userInfo.groups is "g", must be a list of strings$/,
  ],
  [
    "a group that is null",
    body({ ...REQUEST, userInfo: { groups: ["g", null] } }),
    /a member of request.userInfo.groups is null/,
  ],
  [
    "a dry run that is a string",
    body({ ...REQUEST, dryRun: "true" }),
    /request.dryRun is "true", must be true or false$/,
  ],
  [
    "an object that nests too deeply",
    Buffer.from(
      body({ ...REQUEST, object: { spec: "BOMB" } })
        .toString()
        .replace('"BOMB"', nested(200_000)),
    ),
    /request.object is nested too deeply, must be at most 500 levels$/,
  ],
  [
    "an old object that nests too deeply",
    Buffer.from(
      body({ ...REQUEST, oldObject: { spec: "BOMB" } })
        .toString()
        .replace('"BOMB"', nested(500)),
    ),
    /request.oldObject is nested too deeply/,
  ],
];

for (const [what, wire, message] of MISTAKES) {
  test(`refuses ${what} with status 400`, () => {
    assert.throws(
      () => decodeReview(wire),
      (error: unknown) => {
        assert.ok(error instanceof ReviewError);
        assert.equal(error.status, 400);
        assert.match(error.message, message);
        assert.deepEqual(JSON.parse(encodeError(error)), { error: error.message });
        return true;
      },
    );
  });
}

test("does not say what is in a body that it cannot read", () => {
  assert.throws(
    () => decodeReview('{"kind": "AdmissionReview", "password": hunter2}'),
    (error: unknown) => error instanceof ReviewError && !error.message.includes("hunter2") && error.cause === undefined,
  );
});

test("takes an object that nests as deeply as allowed, and anything at all on DELETE", () => {
  const text = body({ ...REQUEST, object: { spec: "DEEP" } }).toString();
  const decoded = decodeReview(text.replace('"DEEP"', nested(499)));
  assert.equal(typeof decoded.object?.["spec"], "object");
  const removal = text.replace("CREATE", "DELETE").replace('"DEEP"', nested(200_000));
  assert.equal(decodeReview(removal).operation, "DELETE");
});

test("is not misled by keys that reach a prototype", () => {
  const wire = body({ ...REQUEST, spec: "PROTO" }).toString();
  const polluting = '{"polluted": 1, "namespace": "flux-system", "userInfo": {"groups": ["platform-admins"]}}';
  const decoded = decodeReview(
    wire.replace('"spec":"PROTO"', `"__proto__": ${polluting}, "constructor": ${polluting}`),
  );
  assert.equal(decoded.namespace, "");
  assert.deepEqual(decoded.user.groups, []);
  assert.equal(Object.getPrototypeOf(decoded), Object.prototype);
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
  assert.throws(() => decodeReview(`{"__proto__": ${wire}}`), ReviewError);
});

test("decodes or throws a ReviewError, whatever the body is", () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...Object.keys(REQUEST), "name", "userInfo", "dryRun"),
      (value, key) => {
        for (const wire of [JSON.stringify(value), body({ ...REQUEST, [key]: value }), body(value)]) {
          try {
            decodeReview(wire);
          } catch (error) {
            assert.ok(error instanceof ReviewError);
            assert.doesNotMatch(error.message, /\n/);
            assert.ok(error.message.length < 300);
          }
        }
      },
    ),
  );
});

const ALLOWED: Verdict = { allowed: true, patch: [], warnings: [], auditAnnotations: {} };
const response = (verdict: Verdict): Json => (JSON.parse(encodeReview("u-1", verdict)) as { response: Json }).response;

test("encodes an allowance with nothing but the uid", () => {
  assert.deepEqual(JSON.parse(encodeReview("u-1", ALLOWED)), {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid: "u-1", allowed: true },
  });
});

test("encodes a patch in base64, and names its type", () => {
  const patch = [{ op: "add", path: "/metadata/labels", value: { ä: "ö" } }] as const;
  const { patch: encoded, ...rest } = response({ ...ALLOWED, patch });
  assert.deepEqual(rest, { uid: "u-1", allowed: true, patchType: "JSONPatch" });
  assert.deepEqual(JSON.parse(Buffer.from(String(encoded), "base64").toString()), patch);
});

test("encodes a denial as a Status", () => {
  const details = { name: "app", group: KIND.group, kind: KIND.kind, causes: [] };
  const denial = { code: 403, reason: "Forbidden", message: "K1 no", rules: ["K1"], details } as const;
  const { rules: _, ...status } = denial;
  const encoded = response({ ...ALLOWED, allowed: false, denial, auditAnnotations: { "denied-by": "K1" } });
  assert.deepEqual(encoded, {
    uid: "u-1",
    allowed: false,
    status: { status: "Failure", ...status },
    auditAnnotations: { "denied-by": "K1" },
  });
});

test("keeps warnings and audit annotations short, few and on one line", () => {
  const { warnings, auditAnnotations } = response({
    ...ALLOWED,
    warnings: Array.from({ length: 23 }, (_, i) => `${i} first\nsecond ${"x".repeat(200)}`),
    auditAnnotations: { exempt: "K1,".repeat(500) },
  });
  assert.ok(Array.isArray(warnings));
  assert.equal(warnings.length, 21);
  assert.equal(warnings.at(-1), "and 3 more warnings");
  for (const warning of warnings as string[]) {
    assert.ok(warning.length <= 120);
    assert.doesNotMatch(warning, /\n/);
  }
  assert.ok(JSON.stringify(warnings).length < 4096);
  assert.equal((auditAnnotations as { exempt: string }).exempt.length, 256);
  assert.deepEqual(response({ ...ALLOWED, warnings: ["a", "b"] })["warnings"], ["a", "b"]);
});
