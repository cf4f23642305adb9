import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Document } from "../../../../src/cli/review/documents.ts";
import { keyOf } from "../../../../src/cli/review/object-key.ts";
import { type Assumed, createRequests } from "../../../../src/cli/review/requests.ts";
import type { JsonObject } from "../../../../webhooks/json.ts";
import type { Policy } from "../../../../webhooks/policy.ts";
import { rules } from "../../../../webhooks/validating/index.ts";
import { kustomization, testPolicy } from "../../../helpers/admission.ts";

interface Given {
  assumed?: Partial<Assumed>;
  old?: readonly JsonObject[];
  policy?: Partial<Policy>;
  source?: string;
}

function ask(value: JsonObject, { assumed = {}, old = [], policy = {}, source = "x.yaml" }: Given = {}) {
  const document: Document = { source, document: 1, value };
  return createRequests({
    rules,
    policy: testPolicy(policy),
    assumed: { namespace: "", user: "", groups: [], ...assumed },
    old: new Map(old.map((object) => [keyOf(object, "default"), object])),
  })(document);
}

function request(value: JsonObject, given?: Given) {
  const asked = ask(value, given);
  assert.ok("request" in asked, JSON.stringify(asked));
  return asked.request;
}

const NAMESPACE = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team-a" } };
const bare = { apiVersion: "kustomize.toolkit.fluxcd.io/v1beta2", kind: "Kustomization", metadata: { name: "app" } };

describe("requests of manifests", () => {
  it("say what kube-apiserver would say", () => {
    const object = kustomization();
    assert.deepEqual(request(object), {
      uid: "review",
      kind: { group: "kustomize.toolkit.fluxcd.io", version: "v1", kind: "Kustomization" },
      resource: { group: "kustomize.toolkit.fluxcd.io", version: "v1", resource: "kustomizations" },
      subResource: "",
      name: "app",
      namespace: "tenant-a",
      operation: "CREATE",
      user: {
        username: "system:serviceaccount:tenant-a:tenant-a",
        groups: ["system:serviceaccounts", "system:serviceaccounts:tenant-a", "system:authenticated"],
      },
      object,
      dryRun: true,
    });
  });

  it("keep the manifest's version, and fill in the namespace that it goes to", () => {
    const { resource, namespace, object } = request(bare, { assumed: { namespace: "team-b" } });
    assert.equal(resource.version, "v1beta2");
    assert.equal(namespace, "team-b");
    assert.deepEqual(object, { ...bare, metadata: { name: "app", namespace: "team-b" } });
    assert.equal(request(bare).namespace, "default");
    assert.equal(request(kustomization(), { assumed: { namespace: "team-b" } }).namespace, "tenant-a");
  });

  it("have a Namespace's own name for its namespace, and none for other cluster-scoped objects", () => {
    assert.equal(request(NAMESPACE, { assumed: { namespace: "x" } }).namespace, "team-a");
    const binding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "b", namespace: "x" },
    };
    const { namespace, user } = request(binding, { assumed: { namespace: "x" } });
    assert.equal(namespace, "");
    assert.deepEqual(user, { username: "somebody", groups: ["system:authenticated"] });
  });

  it("come from an account that the namespace may use, or from whom they are told", () => {
    const serviceAccounts = new Map([["tenant-a", ["deployer", "other"]]]);
    assert.equal(
      request(kustomization(), { policy: { serviceAccounts } }).user.username,
      "system:serviceaccount:tenant-a:deployer",
    );
    assert.deepEqual(request(kustomization(), { assumed: { user: "alice", groups: ["platform-admins"] } }).user, {
      username: "alice",
      groups: ["platform-admins", "system:authenticated"],
    });
    assert.deepEqual(request(kustomization(), { assumed: { user: "system:anonymous" } }).user.groups, [
      "system:unauthenticated",
    ]);
  });

  it("are updates where the object is known as it was", () => {
    const before = kustomization({ path: "./before" });
    const { operation, oldObject } = request(kustomization(), { old: [before] });
    assert.equal(operation, "UPDATE");
    assert.equal(oldObject, before);
    assert.equal(request(kustomization({}, { name: "other" }), { old: [before] }).operation, "CREATE");
    assert.equal(request(kustomization(), { old: [before], assumed: { operation: "CREATE" } }).oldObject, undefined);
    const deletion = request(kustomization(), { assumed: { operation: "DELETE" } });
    assert.deepEqual([deletion.object, deletion.oldObject], [undefined, kustomization()]);
  });

  it("are none where kube-apiserver would refuse the object's name", () => {
    for (const metadata of [[], "x", { name: 1 }, { name: "a", namespace: true }]) {
      const asked = ask({ ...bare, metadata });
      assert.ok("fault" in asked && asked.fault.startsWith("metadata"), JSON.stringify(asked));
    }
    assert.equal(request({ ...bare, metadata: { generateName: "app-" } }).name, "");
    assert.equal(request({ apiVersion: bare.apiVersion, kind: bare.kind }).name, "");
  });

  it("are none where no rule is about the kind: group and kind decide", () => {
    for (const value of [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } },
      { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" },
      { apiVersion: "example.com/v1", kind: "HelmRelease" },
      { replicas: 3 },
    ]) {
      assert.ok("skipped" in ask(value), JSON.stringify(value));
    }
    assert.deepEqual(ask({ resources: [] }, { source: "a/kustomization.yaml" }), {
      kind: "",
      namespace: "",
      name: "",
      skipped: "kustomize's own file",
    });
  });
});

describe("AdmissionReviews", () => {
  const review = (more: object) => ({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "1",
      operation: "DELETE",
      namespace: "n",
      kind: { group: "g", version: "v1", kind: "K" },
      resource: { group: "g", version: "v1", resource: "ks" },
      userInfo: { username: "bob", groups: ["x"] },
      oldObject: { metadata: { name: "old" } },
      ...more,
    },
  });

  it("are what they say, whatever the options are", () => {
    const asked = ask(review({}), { assumed: { user: "alice", namespace: "x", operation: "CREATE" } });
    assert.ok("request" in asked);
    assert.deepEqual([asked.kind, asked.namespace, asked.name], ["K", "n", "old"]);
    assert.equal(asked.request.operation, "DELETE");
    assert.deepEqual(asked.request.user, { username: "bob", groups: ["x"] });
  });

  it("are faults with the field's name where they are broken", () => {
    const asked = ask(review({ operation: "DESTROY" }));
    assert.ok("fault" in asked && asked.fault.includes("request.operation"));
    const other = ask({ apiVersion: "admission.k8s.io/v1beta1", kind: "AdmissionReview" });
    assert.ok("fault" in other && other.fault.includes("apiVersion"));
  });
});
