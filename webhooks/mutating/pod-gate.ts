// Holds Pods back until their namespace is ready: they get a scheduling gate, and a label by which a watch finds them again.
// Not a security boundary: whoever may update a Pod may lift its gate.
import { GATED_LABEL, POD_GATE } from "../../src/model/labels.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Facts } from "../facts.ts";
import { isCopyable, isUnset, own } from "../json.ts";
import { metadataOf } from "../metadata.ts";
import { PatchBuilder } from "../patch.ts";
import { type Mutation, UNCHANGED } from "./mutation.ts";

/** On Pods that a kubelet runs from a file and mirrors in the API: they are running already. */
const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

export const podGate: Mutation = {
  name: "pod-gate",
  mutate(request, facts, policy) {
    if (!isPodCreation(request) || policy.platformNamespaces.has(request.namespace)) return UNCHANGED;
    if (request.object === undefined || !mustWait(request.namespace, facts) || !canWait(request)) return UNCHANGED;
    const builder = new PatchBuilder(request.object);
    if (!isGated(request)) builder.append(["spec", "schedulingGates"], { name: POD_GATE });
    builder.set(["metadata", "labels", GATED_LABEL], "true");
    return { patch: builder.operations, warnings: [] };
  },
};

function isPodCreation({ resource, subResource, operation }: AdmissionRequest): boolean {
  return operation === "CREATE" && resource.group === "" && resource.resource === "pods" && subResource === "";
}

/** The webhook is only called where the Namespace carries the marker, so that an unknown one is merely not seen yet. */
function mustWait(name: string, facts: Facts): boolean {
  const namespace = facts.namespace(name);
  return namespace === undefined || (namespace.tenant !== undefined && !namespace.ready);
}

/** A gate on a Pod that has its node already is refused by kube-apiserver. What has no Pod's shape is left to it, too. */
function canWait({ object }: AdmissionRequest): boolean {
  const spec = own(object, "spec");
  const metadata = metadataOf(object);
  if (!isCopyable(spec) || !isUnset(own(spec, "nodeName")) || metadata === undefined) return false;
  const gates = own(spec, "schedulingGates") ?? [];
  return Array.isArray(gates) && !Object.hasOwn(metadata.annotations, MIRROR_ANNOTATION);
}

function isGated({ object }: AdmissionRequest): boolean {
  const gates = own(own(object, "spec"), "schedulingGates") ?? [];
  return Array.isArray(gates) && gates.some((gate) => own(gate, "name") === POD_GATE);
}
