import assert from "node:assert/strict";
import { request } from "node:https";
import { describe, it, type TestContext } from "node:test";
import { freePort } from "../../../sandbox/port.ts";
import { policyOf } from "../../../src/policy/policy-of.ts";
import { policyBase } from "../../../src/service/policy-base.ts";
import { startWebhooks } from "../../../src/service/webhooks.ts";
import type { Policy } from "../../../webhooks/policy.ts";
import { kustomization, kustomizationRequest, testFacts } from "../../helpers/admission.ts";
import { eventually } from "../../helpers/eventually.ts";
import { createFakeKube } from "../../helpers/kube-fake.ts";
import { partsOf } from "../../helpers/parts.ts";

async function open(t: TestContext) {
  const port = await freePort();
  const opened = await partsOf(t, { LANDLORD_WEBHOOK_PORT: String(port), LANDLORD_TENANT_LABEL_ALIASES: "a.b/c" });
  const kube = createFakeKube(); // no webhook configurations, and watches that fail
  const credentials = { server: "https://127.0.0.1:1", headers: async () => ({}), invalidate: () => undefined };
  let policy: Policy | undefined;
  startWebhooks(
    opened.parts,
    { client: kube.client, credentials, close: async () => undefined },
    { facts: testFacts(), policy: { policy: () => policy } },
  );
  /** The answer's status and, if it is a review, its response. */
  const ask = (path: string, body: object): Promise<{ code: number; response: Record<string, unknown> }> =>
    eventually("the door answers", () => post(port, path, JSON.stringify(body)).catch(() => undefined));
  const use = (next: Partial<Policy>): void => {
    policy = { ...policyOf({}, policyBase(opened.parts.config)), ...next };
  };
  return { ...opened, ask, use };
}

function post(port: number, path: string, body: string): Promise<{ code: number; response: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    // the certificate is the test's own service's: nobody is to be told from anybody
    const options = { host: "127.0.0.1", port, path, method: "POST", headers, agent: false, rejectUnauthorized: false };
    const sent = request(options, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => void (text += chunk.toString()));
      answer.on("end", () => resolve({ code: answer.statusCode ?? 0, response: JSON.parse(text).response ?? {} }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function review(namespace: string, overrides: object = {}, object = kustomization()): object {
  const { user, ...rest } = kustomizationRequest(object, { namespace });
  const metadata = { ...(object["metadata"] as object), namespace };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { ...rest, userInfo: user, object: { ...object, metadata }, ...overrides },
  };
}

describe("startWebhooks", () => {
  it("opens its door with a certificate of its own, is not ready while nobody trusts it, and stops in time", async (t) => {
    const { lifecycle, health, failures, lines } = await open(t);
    const { status, text } = await health("/readyz");
    assert.equal(status, 503);
    assert.match(text, /webhook configurations/);
    assert.equal(await lifecycle.stop(), true, JSON.stringify(lines));
    assert.deepEqual(failures, []);
  });

  it("denies every review before a policy was read, platform namespaces included, but deletes and admins", async (t) => {
    const { ask, use } = await open(t);
    for (const namespace of ["tenant-a", "flux-system", "plain"]) {
      const { response } = await ask("/validate", review(namespace));
      assert.equal(response["allowed"], false, namespace);
      assert.equal((response["status"] as { code: number }).code, 500);
    }
    const deleted = { operation: "DELETE", object: null, oldObject: kustomization() };
    assert.equal((await ask("/validate", review("tenant-a", deleted))).response["allowed"], true);
    const admin = { userInfo: { username: "root", groups: ["system:masters"] } };
    assert.equal((await ask("/validate", review("tenant-a", admin))).response["allowed"], true);
    assert.equal((await ask("/mutate", review("tenant-a"))).response["allowed"], true);
    use({});
    assert.equal((await ask("/validate", review("tenant-a"))).response["allowed"], true);
    assert.equal((await ask("/validate", review("flux-system"))).response["allowed"], true);
  });

  it("asks for the policy anew with each review, and counts what only warns", async (t) => {
    const { ask, use, health } = await open(t);
    use({});
    const wrong = review("tenant-a", {}, kustomization({ targetNamespace: "kube-system" }));
    assert.equal((await ask("/validate", wrong)).response["allowed"], false);
    use({ warnOnly: [{ rules: new Set(["K2"]) }] });
    const { response } = await ask("/validate", wrong);
    assert.deepEqual([response["allowed"], (response["warnings"] as string[]).length], [true, 1]);
    const { text } = await health("/metrics");
    assert.match(text, /^landlord_would_deny_total\{rule="K2",namespace="tenant-a"\} 1$/m);
    assert.match(text, /^landlord_admission_denials_total\{rule="K2"\} 1$/m);
    assert.match(text, /^landlord_admission_member_seconds_count\{member="K2"\} 2$/m);
  });

  it("fills in what the policy says", async (t) => {
    const { ask, use } = await open(t);
    const bare = review("tenant-a", {}, kustomization({ serviceAccountName: undefined }));
    use({});
    assert.equal((await ask("/mutate", bare)).response["patch"], undefined);
    use({ defaulting: { serviceAccountName: true, targetNamespace: false } });
    const { response } = await ask("/mutate", bare);
    assert.deepEqual(JSON.parse(Buffer.from(String(response["patch"]), "base64").toString()), [
      { op: "add", path: "/spec/serviceAccountName", value: "tenant-a" },
    ]);
    assert.equal((response["warnings"] as string[]).length, 1);
  });
});
