// What the tenant's ServiceAccount may do: one ClusterRole, bound in its own namespace only.
import type { RoleBinding } from "../../model/kube-object.ts";
import { roleBindingName, serviceAccountName } from "../../model/names.ts";
import { managedMetadata, type Step } from "../step.ts";

export const roleBinding: Step = {
  name: "role-binding",
  build(tenant) {
    const binding: RoleBinding = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: managedMetadata(tenant, roleBindingName(tenant.namespace)),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: tenant.clusterRole },
      subjects: [{ kind: "ServiceAccount", name: serviceAccountName(tenant.namespace), namespace: tenant.namespace }],
    };
    return { objects: [binding] };
  },
};
