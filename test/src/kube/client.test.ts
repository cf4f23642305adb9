import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { createClient, type KubeClient } from "../../../src/kube/client.ts";
import { KubeError } from "../../../src/kube/errors.ts";
import { LEASE, NAMESPACE, POD, SECRET } from "../../../src/kube/kinds.ts";
import type { Transport, TransportRequest } from "../../../src/kube/transport.ts";
import type { KubeObject } from "../../../src/model/kube-object.ts";

const secret: KubeObject = { apiVersion: "v1", kind: "Secret", metadata: { namespace: "a", name: "b" } };
const ns: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } };

/** What the transport is asked when `use` is called. */
async function asked(use: (client: KubeClient) => Promise<unknown>, answer: unknown = {}): Promise<TransportRequest> {
  const requests: TransportRequest[] = [];
  const transport = {
    call: (request: TransportRequest) => {
      requests.push(request);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  } as unknown as Transport;
  await use(createClient(transport));
  assert.equal(requests.length, 1);
  return requests[0]!;
}

const A_B = "/api/v1/namespaces/a/secrets/b";
const signal = new AbortController().signal;
const lease = { ...secret, kind: "Lease" };
const json = { type: "json", body: [] } as const;
const merge = { type: "merge", body: {} } as const;
const strategic = { type: "strategic", body: {} } as const;

/** What is called, and what must go over the wire: method, path, content type, and how an error names it. */
const CALLS: [string, (client: KubeClient) => Promise<unknown>, [string, string, string | undefined, string]][] = [
  ["get", (c) => c.get(SECRET, { namespace: "a", name: "b" }), ["GET", A_B, undefined, "get Secret a/b"]],
  [
    "create",
    (c) => c.create(SECRET, secret),
    ["POST", "/api/v1/namespaces/a/secrets?fieldManager=landlord", undefined, "create Secret a/b"],
  ],
  [
    "create of a cluster-wide kind",
    (c) => c.create(NAMESPACE, ns),
    ["POST", "/api/v1/namespaces?fieldManager=landlord", undefined, "create Namespace a"],
  ],
  [
    "apply",
    (c) => c.apply(SECRET, secret),
    ["PATCH", `${A_B}?fieldManager=landlord&force=true`, "application/apply-patch+yaml", "apply Secret a/b"],
  ],
  [
    "apply of a status",
    (c) => c.apply(NAMESPACE, ns, { subresource: "status" }),
    [
      "PATCH",
      "/api/v1/namespaces/a/status?fieldManager=landlord&force=true",
      "application/apply-patch+yaml",
      "apply Namespace a",
    ],
  ],
  [
    "create that is a dry run",
    (c) => c.create(SECRET, secret, { dryRun: true }),
    ["POST", "/api/v1/namespaces/a/secrets?fieldManager=landlord&dryRun=All", undefined, "create Secret a/b"],
  ],
  [
    "JSON patch",
    (c) => c.patch(SECRET, { namespace: "a", name: "b" }, json),
    ["PATCH", `${A_B}?fieldManager=landlord`, "application/json-patch+json", "patch Secret a/b"],
  ],
  [
    "merge patch",
    (c) => c.patch(SECRET, { namespace: "a", name: "b" }, merge),
    ["PATCH", `${A_B}?fieldManager=landlord`, "application/merge-patch+json", "patch Secret a/b"],
  ],
  [
    "strategic merge patch of a subresource",
    (c) => c.patch(POD, { namespace: "a", name: "b" }, strategic, { subresource: "status" }),
    [
      "PATCH",
      "/api/v1/namespaces/a/pods/b/status?fieldManager=landlord",
      "application/strategic-merge-patch+json",
      "patch Pod a/b",
    ],
  ],
  [
    "replace",
    (c) => c.replace(LEASE, lease),
    ["PUT", "/apis/coordination.k8s.io/v1/namespaces/a/leases/b?fieldManager=landlord", undefined, "replace Lease a/b"],
  ],
  ["remove", (c) => c.remove(SECRET, { namespace: "a", name: "b" }), ["DELETE", A_B, undefined, "delete Secret a/b"]],
  ["getPath", (c) => c.getPath("/version?x=1"), ["GET", "/version?x=1", undefined, "get /version"]],
];

describe("the verbs of the client", () => {
  for (const [what, use, expected] of CALLS) {
    it(`send a ${what} to its path with its content type`, async () => {
      const { method, path, contentType, operation } = await asked(use);
      assert.deepEqual([method, path, contentType, `${operation.verb} ${operation.object}`], expected);
    });
  }

  it("hand on signal and deadline, and the object as it is", async () => {
    const request = await asked((client) => client.apply(SECRET, secret, { signal, timeoutMs: 5 }));
    assert.equal(request.signal, signal);
    assert.equal(request.timeoutMs, 5);
    assert.equal(request.body, secret);
  });

  it("count a subresource as a resource of its own", async () => {
    const { operation } = await asked((client) => client.apply(NAMESPACE, ns, { subresource: "status" }));
    assert.equal(operation.resource, "namespaces/status");
  });

  it("refuse a namespaced object without a namespace", () => {
    const homeless = { ...secret, metadata: { name: "b" } };
    const client = createClient({} as Transport);
    assert.throws(() => client.create(SECRET, homeless), /create|namespace is needed/);
    assert.throws(() => client.apply(SECRET, homeless), /namespace is needed/);
  });
});

describe("remove", () => {
  const ref = { namespace: "a", name: "b" };

  it("deletes in the background, with preconditions only if there are some", async () => {
    const plain = await asked((client) => client.remove(SECRET, ref));
    assert.deepEqual(plain.body, { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" });
    const guarded = await asked((client) => client.remove(SECRET, ref, { uid: "u", resourceVersion: "7" }));
    assert.deepEqual((guarded.body as Record<string, unknown>)["preconditions"], { uid: "u", resourceVersion: "7" });
  });

  it("takes an object that is not there as deleted, but not another error", async () => {
    await asked((client) => client.remove(SECRET, ref), new KubeError("x", { status: 404 }));
    const conflict = new KubeError("x", { status: 409 });
    await assert.rejects(
      asked((client) => client.remove(SECRET, ref), conflict),
      (error) => error === conflict,
    );
  });
});

describe("requestToken", () => {
  const answer = { status: { token: "ey.secret", expirationTimestamp: "2026-01-01T01:00:00Z" } };

  it("asks for a token of that very ServiceAccount and seals what comes", async () => {
    let result: unknown;
    const request = await asked(async (client) => {
      result = await client.requestToken(
        { namespace: "a", name: "sa", uid: "u" },
        { expirationSeconds: 600, audiences: ["x"] },
      );
    }, answer);
    assert.deepEqual([request.method, request.path], ["POST", "/api/v1/namespaces/a/serviceaccounts/sa/token"]);
    assert.deepEqual(request.body, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: { uid: "u" },
      spec: { expirationSeconds: 600, audiences: ["x"] },
    });
    assert.equal(request.operation.object, "token of ServiceAccount a/sa");
    const { token, expiresAt } = result as Awaited<ReturnType<KubeClient["requestToken"]>>;
    assert.equal(token.open(), "ey.secret");
    assert.equal(expiresAt, Date.parse("2026-01-01T01:00:00Z"));
    assert.ok(!`${inspect(result)}${JSON.stringify(result)}`.includes("ey.secret"));
  });
});
