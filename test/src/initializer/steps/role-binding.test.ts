import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { roleBinding } from "../../../../src/initializer/steps/role-binding.ts";
import type { RoleBinding } from "../../../../src/model/kube-object.ts";
import { knownObjects, TENANT } from "../../../helpers/tenant.ts";

describe("role-binding", () => {
  it("binds the tenant's ServiceAccount, and nobody else, to its ClusterRole within the namespace", () => {
    const [binding] = roleBinding.build({ ...TENANT, clusterRole: "flux-tenant" }, knownObjects())
      .objects as RoleBinding[];
    assert.equal(binding?.kind, "RoleBinding");
    assert.equal(binding?.metadata.name, "team-a-reconciler");
    assert.equal(binding?.metadata.namespace, "team-a");
    assert.deepEqual(binding?.roleRef, {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      name: "flux-tenant",
    });
    assert.deepEqual(binding?.subjects, [{ kind: "ServiceAccount", name: "team-a", namespace: "team-a" }]);
  });
});
