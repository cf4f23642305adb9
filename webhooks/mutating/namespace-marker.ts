// Keeps two things on a Namespace true: the ready mark is Landlord's alone, and the marker label is there exactly as long as a tenant's
// namespace is not ready. Works from the request alone, without facts. What a tenant does to either is left as it is: rule M1 denies it.
import { INITIALIZED_ANNOTATION, INITIALIZING_LABEL } from "../../src/model/labels.ts";
import type { AdmissionRequest } from "../admission.ts";
import { own } from "../json.ts";
import { needsMarker } from "../marker.ts";
import { type Metadata, metadataOf } from "../metadata.ts";
import { PatchBuilder } from "../patch.ts";
import type { Policy } from "../policy.ts";
import { isTenantPrincipal } from "../principal.ts";
import { type Mutation, UNCHANGED } from "./mutation.ts";

const MARK_KEPT = `${INITIALIZED_ANNOTATION} is Landlord's to write: your change to it was undone`;

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
    const isTenants = isTenantPrincipal(policy, request.user);
    const isRestored = !isTenants && restoreMark(builder, now, before);
    const hasTouchedMarker = own(now.labels, INITIALIZING_LABEL) !== own(before?.labels, INITIALIZING_LABEL);
    if (!(isTenants && hasTouchedMarker)) setMarker(builder, needsMarker(request, policy));
    return { patch: builder.operations, warnings: isRestored ? [MARK_KEPT] : [] };
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

function setMarker(builder: PatchBuilder, isWanted: boolean): void {
  restore(builder, ["metadata", "labels", INITIALIZING_LABEL], isWanted ? "true" : undefined);
}

function restore(builder: PatchBuilder, keys: readonly string[], value: unknown): void {
  if (value === undefined) builder.remove(keys);
  else builder.set(keys, value);
}
