// Reviews as kube-apiserver sends them: the confinement's cases, padded to the size that real objects have.
import { type ConfinementCase, confinementCases } from "../test/helpers/confinement-cases.ts";

/** kube-apiserver adds managed fields and the like: reviews of real objects are about this long. */
const BODY_BYTES = 5_000;

export function caseOf(id: string): ConfinementCase {
  const found = confinementCases().find((one) => one.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
}

export function padded(body: unknown): Buffer {
  const { request } = structuredClone(body) as { request: { object: { metadata: Record<string, unknown> } } };
  const wrap = (): Buffer =>
    Buffer.from(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request }));
  const entry = { manager: "kubectl", operation: "Apply", fieldsV1: { "f:spec": { "f:path": {}, "f:prune": {} } } };
  const fields: object[] = [];
  request.object.metadata["managedFields"] = fields;
  while (wrap().length < BODY_BYTES) fields.push(entry);
  return wrap();
}
