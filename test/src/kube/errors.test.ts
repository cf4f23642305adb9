import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  answeredError,
  isAlreadyExists,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isNotFound,
  isOtherObject,
  isSilence,
  isTerminating,
  KubeError,
  SilenceError,
  unansweredError,
} from "../../../src/kube/errors.ts";

const APPLY = { verb: "apply", resource: "secrets", object: "Secret tenant-a/kafka" };
const SECRET = "hunter2";

describe("errors of the apiserver", () => {
  const cases: [string, number, object, string][] = [
    ["a missing object", 404, { reason: "NotFound" }, "not found"],
    ["an existing object", 409, { reason: "AlreadyExists" }, "already exists"],
    ["a conflict", 409, { reason: "Conflict" }, "conflict"],
    ["a missing right", 403, { reason: "Forbidden" }, "forbidden: the right to patch secrets may be missing"],
    ["an expired version", 410, { reason: "Expired" }, "resource version too old"],
    ["no rights at all", 401, {}, "credentials not accepted"],
    ["a flood", 429, {}, "too many requests"],
    ["a proxy's trouble", 502, {}, "bad gateway"],
    ["a code that nobody knows", 599, {}, "answer 599"],
    [
      "an invalid object",
      422,
      { details: { causes: [{ field: "data[a]" }, { field: "type" }] } },
      "invalid: data[a], type",
    ],
    [
      "an object of another uid",
      422,
      { details: { causes: [{ field: "metadata.uid" }, { field: "metadata.uid" }] } },
      "invalid: metadata.uid",
    ],
    ["an invalid object without fields", 422, {}, "invalid"],
    [
      "a namespace that ends",
      403,
      { details: { causes: [{ reason: "NamespaceTerminating", field: "metadata.namespace" }] } },
      "the namespace is being deleted",
    ],
  ];
  for (const [what, code, status, words] of cases) {
    it(`names ${what} in its own words`, () => {
      const error = answeredError(APPLY, code, { message: SECRET, ...status });
      assert.equal(error.message, `apply Secret tenant-a/kafka: ${words}`);
      assert.equal(error.status, code);
    });
  }

  it("names the webhook that denied, and nothing else of what it said", () => {
    const message = `admission webhook "validate.example.com" denied the request: ${SECRET}`;
    assert.equal(
      answeredError(APPLY, 400, { message }).message,
      "apply Secret tenant-a/kafka: denied by admission webhook validate.example.com",
    );
  });

  it("says which webhook denied, and which could not be called", () => {
    const denied = answeredError(APPLY, 403, { message: 'admission webhook "a.example.com" denied the request: no' });
    const message = 'Internal error occurred: failed calling webhook "b.example.com": failed to call webhook: Post …';
    const failed = answeredError(APPLY, 500, { message });
    assert.deepEqual([denied.webhook, failed.webhook], ["a.example.com", "b.example.com"]);
    assert.equal(failed.message, "apply Secret tenant-a/kafka: admission webhook b.example.com could not be called");
    assert.equal(answeredError(APPLY, 500, { message: SECRET }).webhook, "");
  });

  it("tells an exceeded quota from a missing right", () => {
    const error = answeredError(APPLY, 403, {
      reason: "Forbidden",
      message: `secrets "x" is forbidden: exceeded quota: q, ${SECRET}`,
    });
    assert.match(error.message, /: quota exceeded$/);
  });

  it("holds no word of the server in any of its fields", () => {
    const error = answeredError(APPLY, 422, { reason: "Invalid", message: SECRET });
    assert.ok(!JSON.stringify([error, error.message, error.stack, error.cause]).includes(SECRET));
  });

  it("takes the wait from the header, or else from the details", () => {
    assert.equal(answeredError(APPLY, 429, { details: { retryAfterSeconds: 3 } }).retryAfterMs, 3_000);
    assert.equal(answeredError(APPLY, 429, { details: { retryAfterSeconds: 3 } }, 1_000).retryAfterMs, 1_000);
    assert.equal(answeredError(APPLY, 429, {}).retryAfterMs, undefined);
  });

  it("keeps the cause of a call without an answer", () => {
    const cause = new Error("socket hang up");
    const error = unansweredError(APPLY, "connection lost", cause);
    assert.deepEqual(
      [error.message, error.status, error.reason, error.cause],
      ["apply Secret tenant-a/kafka: connection lost", 0, "", cause],
    );
  });
});

describe("what an error is", () => {
  const of = (status: number, reason: string, causes: string[] = []): KubeError =>
    new KubeError("x", { status, reason, causes });
  const questions = {
    isAlreadyExists,
    isConflict,
    isExpired,
    isForbidden,
    isInvalid,
    isNotFound,
    isOtherObject,
    isSilence,
    isTerminating,
  };
  const answers: [unknown, (keyof typeof questions)[]][] = [
    [of(404, "NotFound"), ["isNotFound"]],
    [of(409, "AlreadyExists"), ["isAlreadyExists"]],
    [of(409, "Conflict"), ["isConflict"]],
    [of(409, ""), ["isConflict"]],
    [of(410, ""), ["isExpired"]],
    [of(0, "Expired"), ["isExpired"]],
    [of(0, "Gone"), ["isExpired"]],
    [of(403, "Forbidden"), ["isForbidden"]],
    [of(403, "Forbidden", ["NamespaceTerminating"]), ["isForbidden", "isTerminating"]],
    [of(422, "Invalid"), ["isInvalid"]],
    [new KubeError("x", { status: 422, fields: ["metadata.uid"] }), ["isInvalid", "isOtherObject"]],
    [of(500, "InternalError"), []],
    [new KubeError("x", { status: 0, cause: new SilenceError("y") }), ["isSilence"]],
    [Object.assign(new Error("not ours"), { status: 404, reason: "AlreadyExists" }), []],
    [undefined, []],
  ];
  for (const [error, expected] of answers) {
    const title = error instanceof KubeError ? `${error.status} ${error.reason} ${error.causes.join()}` : String(error);
    it(`says ${expected.join(" and ") || "nothing"} of ${title}`, () => {
      const yes = Object.entries(questions).filter(([, ask]) => ask(error));
      assert.deepEqual(
        yes.map(([name]) => name),
        expected.toSorted(),
      );
    });
  }
});
