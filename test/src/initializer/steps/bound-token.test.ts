import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { boundToken } from "../../../../src/initializer/steps/bound-token.ts";
import { TerminalError } from "../../../../src/model/errors.ts";
import type { KubeObject, Secret } from "../../../../src/model/kube-object.ts";
import { base64, boundTokenOf, knownObjects, NOW, TENANT } from "../../../helpers/tenant.ts";

const step = boundToken({ lifetimeSeconds: 1_000 });
const account: KubeObject = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "team-a", namespace: "team-a", uid: "uid-sa" },
};

function secretWith(token: string): Secret {
  const metadata = { name: "team-a-token", namespace: "team-a" };
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: { token: base64(token) } };
}

describe("bound-token", () => {
  it("asks for a token where there is none, and makes nothing yet", () => {
    const result = step.build(TENANT, knownObjects([account]));
    assert.deepEqual(result, { objects: [], wantsToken: { serviceAccount: "team-a", lifetimeSeconds: 1_000 } });
  });

  it("puts the token that was issued into an Opaque Secret, with CA and namespace", () => {
    const token = boundTokenOf("uid-sa", 0, 1_000);
    const { objects, renewAt } = step.build(TENANT, knownObjects([account], { issued: { token, expiresAt: 0 } }));
    const [secret] = objects as Secret[];
    assert.equal(secret?.type, "Opaque");
    assert.equal(secret?.metadata.name, "team-a-token");
    assert.deepEqual(secret?.data, {
      token: base64(token),
      "ca.crt": base64(knownObjects().clusterCa),
      namespace: base64("team-a"),
    });
    assert.equal(renewAt, NOW + 800_000);
  });

  it("keeps a token until 80 % of its life, counted from the token itself", () => {
    const known = [account, secretWith(boundTokenOf("uid-sa", -799, 201))];
    const { wantsToken, renewAt } = step.build(TENANT, knownObjects(known));
    assert.equal(wantsToken, undefined);
    assert.equal(renewAt, NOW + 1_000);
    assert.ok(step.build(TENANT, knownObjects(known, { now: NOW + 1_000 })).wantsToken);
  });

  const useless: [string, Secret][] = [
    ["a token of a ServiceAccount that was deleted meanwhile", secretWith(boundTokenOf("uid-old", 0, 1_000))],
    ["an expired token", secretWith(boundTokenOf("uid-sa", -2_000, -1_000))],
    ["what is no token", secretWith("garbage")],
    ["an empty Secret", secretWith("")],
  ];
  for (const [what, secret] of useless) {
    it(`asks for a new token instead of ${what}`, () => {
      assert.ok(step.build(TENANT, knownObjects([account, secret])).wantsToken);
    });
  }

  it("refuses a token that could never be renewed in time rather than asking for ever", () => {
    const known = knownObjects([account], { issued: { token: "opaque", expiresAt: NOW } });
    assert.throws(() => step.build(TENANT, known), TerminalError);
  });

  for (const [what, issuedAt] of [
    ["ahead", -120],
    ["behind", 120],
  ] as const) {
    it(`refuses to renew by a clock that is far ${what} of the API server's, and says so`, () => {
      const token = boundTokenOf("uid-sa", issuedAt, issuedAt + 1_000);
      const known = knownObjects([account], { issued: { token, expiresAt: NOW } });
      assert.throws(() => step.build(TENANT, known), /clock .* is 120 s (ahead of|behind) the API server's/);
    });
  }

  it("rebuilds the whole Secret from the token it keeps, so that drift elsewhere is mended", () => {
    const token = boundTokenOf("uid-sa", 0, 1_000);
    const [secret] = step.build(TENANT, knownObjects([account, secretWith(token)])).objects as Secret[];
    assert.equal(secret?.data?.["token"], base64(token));
    assert.equal(secret?.data?.["ca.crt"], base64(knownObjects().clusterCa));
  });
});
