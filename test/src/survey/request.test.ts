import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NOBODY, requestAtRest } from "../../../src/survey/request.ts";
import { isTenantPrincipal } from "../../../webhooks/principal.ts";
import { CLUSTER_ROLE_BINDINGS, KUSTOMIZATIONS } from "../../../webhooks/validating/resource.ts";
import { testPolicy } from "../../helpers/admission.ts";

describe("requestAtRest", () => {
  it("is the creation of the object as it stands, in the version in which it was read", () => {
    const metadata = { name: "app", namespace: "tenant-a", uid: "u" };
    const object = { apiVersion: "kustomize.toolkit.fluxcd.io/v1beta2", kind: "Kustomization", metadata };
    const request = requestAtRest(object, KUSTOMIZATIONS);
    const group = "kustomize.toolkit.fluxcd.io";
    assert.deepEqual(request.resource, { group, version: "v1beta2", resource: "kustomizations" });
    assert.deepEqual(request.kind, { group, version: "v1beta2", kind: "Kustomization" });
    assert.deepEqual(
      [request.operation, request.subResource, request.namespace, request.name, request.uid],
      ["CREATE", "", "tenant-a", "app", "u"],
    );
    assert.deepEqual(request.object, object);
    assert.equal(request.oldObject, undefined);
  });

  it("has no namespace where the object has none", () => {
    const object = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "b" } };
    assert.equal(requestAtRest(object, CLUSTER_ROLE_BINDINGS).namespace, "");
  });

  it("is made by a tenant's principal, who is in no group that could be an admins'", () => {
    assert.ok(isTenantPrincipal(testPolicy(), NOBODY));
    assert.deepEqual(NOBODY.groups, []);
  });
});
