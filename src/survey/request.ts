// An object in the cluster as the request that would create it now. Pure.
import type { AdmissionRequest, UserInfo } from "../../webhooks/admission.ts";
import type { Resource } from "../../webhooks/validating/resource.ts";
import type { KubeObject } from "../model/kube-object.ts";

/**
 * Nobody in particular, and so a tenant's principal: neither admin nor controller nor an account of the platform's. Who wrote an
 * object cannot be told from it, and no rule at rest asks. In no group, so that none of the admins' makes a violation an exemption.
 */
export const NOBODY: UserInfo = { username: "landlord.dev:at-rest", groups: [] };

/** Without an old object: all of it is judged, however long it has been there. */
export function requestAtRest(object: KubeObject, { group, resource, kind }: Resource): AdmissionRequest {
  const version = object.apiVersion.split("/").at(-1) ?? "";
  const { name, namespace = "", uid = "" } = object.metadata;
  return {
    uid,
    kind: { group, version, kind },
    resource: { group, version, resource },
    subResource: "",
    name,
    namespace,
    operation: "CREATE",
    user: NOBODY,
    object: { ...object },
    dryRun: true,
  };
}
