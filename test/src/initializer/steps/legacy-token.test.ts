import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { legacyToken } from "../../../../src/initializer/steps/legacy-token.ts";
import type { KubeObject, Secret } from "../../../../src/model/kube-object.ts";
import { base64, knownObjects, legacyTokenOf, NOW, TENANT } from "../../../helpers/tenant.ts";

const step = legacyToken({ waitMs: 30_000 });

const ACCOUNT: KubeObject = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "team-a", uid: "uid-sa" } };

function stored(data: Record<string, string> | undefined): Secret {
  const [secret] = step.build(TENANT, knownObjects()).objects as Secret[];
  assert.ok(secret);
  const metadata = { ...secret.metadata, creationTimestamp: "2026-01-01T00:00:00Z" };
  return { ...secret, metadata, ...(data === undefined ? {} : { data }) };
}

describe("legacy-token", () => {
  it("builds a token Secret that names the ServiceAccount, and waits", () => {
    const { objects, waiting } = step.build(TENANT, knownObjects());
    const [secret] = objects as Secret[];
    assert.equal(secret?.type, "kubernetes.io/service-account-token");
    assert.equal(secret?.metadata.name, "team-a-token");
    assert.equal(secret?.metadata.annotations?.["kubernetes.io/service-account.name"], "team-a");
    assert.equal(secret?.metadata.annotations?.["landlord.dev/namespace-uid"], "uid-ns");
    assert.deepEqual([waiting?.reason, waiting?.checkAfterMs], ["WaitingForToken", 30_000]);
  });

  it("is done when token and CA are there", () => {
    const full = stored({ token: base64(legacyTokenOf("uid-sa")), "ca.crt": base64("c") });
    const { objects, waiting } = step.build(TENANT, knownObjects([ACCOUNT, full]));
    assert.equal(waiting, undefined);
    assert.equal((objects[0] as Secret).data, undefined);
  });

  for (const token of ["spoiled", legacyTokenOf("uid-of-another")]) {
    it(`empties a Secret that holds ${token.slice(0, 10)}, for the controller to fill it anew`, () => {
      const spoiled = stored({ token: base64(token), "ca.crt": base64("c") });
      const { objects, waiting } = step.build(TENANT, knownObjects([ACCOUNT, spoiled]));
      assert.deepEqual((objects[0] as Secret).data, { token: "" });
      assert.ok(waiting);
      const emptied = stored({ token: "", "ca.crt": base64("c") });
      const next = step.build(TENANT, knownObjects([ACCOUNT, emptied]));
      assert.equal((next.objects[0] as Secret).data, undefined);
    });
  }

  for (const data of [
    undefined,
    {},
    { token: "" },
    { token: base64(legacyTokenOf("uid-sa")) },
    { "ca.crt": base64("c") },
  ]) {
    it(`waits on a Secret that holds ${JSON.stringify(Object.keys(data ?? {}))} only`, () => {
      assert.equal(step.build(TENANT, knownObjects([ACCOUNT, stored(data)])).waiting?.reason, "WaitingForToken");
    });
  }

  it("checks again when the wait is over, and then says what is wrong", () => {
    const early = step.build(TENANT, knownObjects([stored({})], { now: NOW + 10_000 })).waiting;
    assert.deepEqual([early?.reason, early?.checkAfterMs], ["WaitingForToken", 20_000]);
    const late = step.build(TENANT, knownObjects([stored({})], { now: NOW + 30_000 })).waiting;
    assert.equal(late?.reason, "TokenNotIssued");
    assert.match(late?.message ?? "", /team-a-token .*kube-controller-manager/);
  });

  it("says the same as long as nothing changes", () => {
    const messages = [40_000, 90_000].map(
      (ms) => step.build(TENANT, knownObjects([stored({})], { now: NOW + ms })).waiting?.message,
    );
    assert.equal(messages[0], messages[1]);
  });
});
