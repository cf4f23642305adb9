// When a Namespace carries the marker label: while it is a tenant's and not ready.
import { isReady, tenantOf } from "../src/model/tenant.ts";
import type { AdmissionRequest } from "./admission.ts";
import { metadataOf } from "./metadata.ts";
import type { Policy } from "./policy.ts";

/** True if the Namespace in the request is to carry the marker. A ready mark counts only if it was there before the request. */
export function needsMarker({ operation, name, object, oldObject }: AdmissionRequest, policy: Policy): boolean {
  const now = metadataOf(object);
  const before = operation === "UPDATE" ? metadataOf(oldObject) : undefined;
  if (now === undefined || policy.platformNamespaces.has(name || now.name)) return false;
  return tenantOf(now.labels, policy.tenantLabels) !== undefined && !(before !== undefined && isReady(before));
}
