// Keeps three things on a Namespace true: the ready mark is Landlord's alone, a tenant's namespace stays that tenant's,
// and the marker label is there exactly as long as a tenant's namespace is not ready. Works from the request alone, without facts.
import { INITIALIZED_ANNOTATION, INITIALIZING_LABEL } from "../../src/model/labels.ts";
import { isReady, tenantOf } from "../../src/model/tenant.ts";
import type { AdmissionRequest } from "../admission.ts";
import { own } from "../json.ts";
import { type Metadata, metadataOf } from "../metadata.ts";
import { PatchBuilder } from "../patch.ts";
import { isAdmin, type Policy } from "../policy.ts";
import { type Mutation, UNCHANGED } from "./mutation.ts";

const MARK_KEPT = `${INITIALIZED_ANNOTATION} is Landlord's to write: your change to it was undone`;
const TENANT_KEPT = "tenant labels put back: this namespace has a tenant, and only a platform admin may change that";

export const namespaceMarker: Mutation = {
  name: "namespace-marker",
  mutate(request, _facts, policy) {
    if (!isNamespaceWrite(request) || isOwnUser(request, policy)) return UNCHANGED;
    const now = metadataOf(request.object);
    const before = request.operation === "UPDATE" ? metadataOf(request.oldObject) : undefined;
    if (request.object === undefined || now === undefined) return UNCHANGED;
    if (policy.platformNamespaces.has(request.name || now.name) || now.terminating || before?.terminating)
      return UNCHANGED;

    const builder = new PatchBuilder(request.object);
    const warnings: string[] = [];
    if (restoreMark(builder, now, before)) warnings.push(MARK_KEPT);
    const isTakeover = before !== undefined && takesOver(now, before, policy) && !isAdmin(policy, request.user);
    if (isTakeover) {
      for (const key of policy.tenantLabels) restore(builder, ["metadata", "labels", key], own(before.labels, key));
      warnings.push(TENANT_KEPT);
    }
    const { labels } = isTakeover ? before : now;
    setMarker(
      builder,
      tenantOf(labels, policy.tenantLabels) !== undefined && !(before !== undefined && isReady(before)),
    );
    return { patch: builder.operations, warnings };
  },
};

/** Any subresource: writes to `status` and `finalize` change a Namespace's metadata too (CVE-2026-30963 of Capsule). */
function isNamespaceWrite({ resource, operation }: AdmissionRequest): boolean {
  const isNamespace = resource.group === "" && resource.resource === "namespaces";
  return isNamespace && (operation === "CREATE" || operation === "UPDATE");
}

/** A policy without own user must not take a request without user for Landlord's. */
function isOwnUser({ user }: AdmissionRequest, { ownUser }: Policy): boolean {
  return ownUser !== "" && user.username === ownUser;
}

/** The mark is what it was, which on CREATE is nothing: a Namespace has no UID yet that it could name. */
function restoreMark(builder: PatchBuilder, now: Metadata, before: Metadata | undefined): boolean {
  const old = own(before?.annotations, INITIALIZED_ANNOTATION);
  if (own(now.annotations, INITIALIZED_ANNOTATION) === old) return false;
  restore(builder, ["metadata", "annotations", INITIALIZED_ANNOTATION], old);
  return true;
}

/** The tenant was set and is now another or none; also if a label that counts before the old one was added. */
function takesOver(now: Metadata, before: Metadata, { tenantLabels }: Policy): boolean {
  const tenant = tenantOf(before.labels, tenantLabels);
  return tenant !== undefined && tenantOf(now.labels, tenantLabels) !== tenant;
}

function setMarker(builder: PatchBuilder, isWanted: boolean): void {
  restore(builder, ["metadata", "labels", INITIALIZING_LABEL], isWanted ? "true" : undefined);
}

function restore(builder: PatchBuilder, keys: readonly string[], value: unknown): void {
  if (value === undefined) builder.remove(keys);
  else builder.set(keys, value);
}
