// Whether an UPDATE changes anything that is judged. If not, it passes even where the object as it stands would be denied:
// controllers must be able to take their finalizers off objects that are older than the rules. What counts is the whole
// object, not single fields, and an object that is being deleted gets no pass for that: finalizers act on its current spec.
import { isDeepStrictEqual } from "node:util";
import type { AdmissionRequest } from "./admission.ts";
import { isUnset, type JsonObject, own } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import { isListedKey, type Policy } from "./policy.ts";

/** Labels and annotations that some rule or mutation reads, beside those that the policy names. A "/" at the end: all that begin so. */
export const POLICY_KEYS: readonly string[] = [
  "landlord.dev/",
  "toolkit.fluxcd.io/",
  "sharding.fluxcd.io/",
  "fluxcd.controlplane.io/",
  "pod-security.kubernetes.io/",
  "kubernetes.io/metadata.name",
];
/** Everything but these is content: `spec`, but also an Application's `operation` or a RoleBinding's `subjects`. */
export const NOT_CONTENT: ReadonlySet<string> = new Set(["metadata", "status"]);

/** True for an UPDATE that leaves the content and all labels and annotations that matter as they are. */
export function isUnchanged({ operation, object, oldObject }: AdmissionRequest, policy: Policy): boolean {
  if (operation !== "UPDATE" || object === undefined || oldObject === undefined) return false;
  return hasSameKeys(object, oldObject, policy) && hasSameContent(object, oldObject);
}

function hasSameContent(object: JsonObject, oldObject: JsonObject): boolean {
  return keysOf(object, oldObject).every(
    (key) => NOT_CONTENT.has(key) || isOver(key, object) || isDeepStrictEqual(own(object, key), own(oldObject, key)),
  );
}

/** Argo CD takes an Application's operation off when it is done: nothing is left of it to be judged. */
function isOver(key: string, object: JsonObject): boolean {
  return key === "operation" && isUnset(own(object, key));
}

/** Labels and annotations whose change is a change. */
export function judgedKeys({ tenantLabels, shardLabels, protectedKeys }: Policy): string[] {
  return [...POLICY_KEYS, ...tenantLabels, ...shardLabels, ...protectedKeys];
}

function hasSameKeys(object: JsonObject, oldObject: JsonObject, policy: Policy): boolean {
  const now = metadataOf(object);
  const before = metadataOf(oldObject);
  if (now === undefined || before === undefined) return false;
  const listed = judgedKeys(policy);
  const isSame = (a: JsonObject, b: JsonObject): boolean =>
    keysOf(a, b).every((key) => own(a, key) === own(b, key) || !isListedKey(key, listed));
  return isSame(now.labels, before.labels) && isSame(now.annotations, before.annotations);
}

function keysOf(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}
