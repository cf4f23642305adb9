// The ServiceAccount that the tenant's deployments run as.
import type { ServiceAccount } from "../../model/kube-object.ts";
import { serviceAccountName } from "../../model/names.ts";
import { managedMetadata, type Step } from "../step.ts";

export const serviceAccount: Step = {
  name: "service-account",
  build(tenant) {
    const account: ServiceAccount = {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: managedMetadata(tenant, serviceAccountName(tenant.namespace)),
    };
    return { objects: [account] };
  },
};
