// Whether an UPDATE changes anything that is judged. If not, it passes even where the object as it stands would be denied:
// controllers must be able to take their finalizers off objects that are older than the rules. What counts is the whole
// object, not single fields, and an object that is being deleted gets no pass for that: finalizers act on its current spec.
import { isDeepStrictEqual } from "node:util";
import type { AdmissionRequest } from "./admission.ts";
import { type JsonObject, own } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import type { Policy } from "./policy.ts";

/** Labels and annotations that some rule or mutation reads, beside the policy's tenant labels. A "/" at the end: all that begin so. */
const POLICY_KEYS = [
  "landlord.dev/",
  "toolkit.fluxcd.io/",
  "sharding.fluxcd.io/",
  "fluxcd.controlplane.io/",
  "pod-security.kubernetes.io/",
  "kubernetes.io/metadata.name",
];
/** Everything but these is content: `spec`, but also an Application's `operation` or a RoleBinding's `subjects`. */
const NOT_CONTENT = new Set(["metadata", "status"]);

/** True for an UPDATE that leaves the content and all labels and annotations that matter as they are. */
export function isUnchanged({ operation, object, oldObject }: AdmissionRequest, policy: Policy): boolean {
  if (operation !== "UPDATE" || object === undefined || oldObject === undefined) return false;
  return hasSameKeys(object, oldObject, policy) && hasSameContent(object, oldObject);
}

function hasSameContent(object: JsonObject, oldObject: JsonObject): boolean {
  return keysOf(object, oldObject).every(
    (key) => NOT_CONTENT.has(key) || isDeepStrictEqual(own(object, key), own(oldObject, key)),
  );
}

function hasSameKeys(object: JsonObject, oldObject: JsonObject, policy: Policy): boolean {
  const now = metadataOf(object);
  const before = metadataOf(oldObject);
  if (now === undefined || before === undefined) return false;
  const isSame = (a: JsonObject, b: JsonObject): boolean =>
    keysOf(a, b).every((key) => own(a, key) === own(b, key) || !isPolicyKey(key, policy));
  return isSame(now.labels, before.labels) && isSame(now.annotations, before.annotations);
}

function isPolicyKey(key: string, policy: Policy): boolean {
  if (policy.tenantLabels.includes(key)) return true;
  return POLICY_KEYS.some((known) => (known.endsWith("/") ? key.startsWith(known) : key === known));
}

function keysOf(a: JsonObject, b: JsonObject): string[] {
  return [...Object.keys(a), ...Object.keys(b)];
}
