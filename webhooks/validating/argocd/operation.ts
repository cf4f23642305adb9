// A10: an operation that is written onto an Application can be read, so that the other rules judge all of it, and none is hidden in the status.
// Applications have no status subresource: an operation is carried out at once, and Argo CD goes on with the one that the status says is running.
import { isDeepStrictEqual } from "node:util";
import type { AdmissionRequest } from "../../admission.ts";
import type { Facts } from "../../facts.ts";
import { isUnset, own } from "../../json.ts";
import type { Policy } from "../../policy.ts";
import { isTenantPrincipal } from "../../principal.ts";
import { at, objectAt } from "../fields.ts";
import { APPLICATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";
import { inlineManifestsViolations } from "./inline-manifests.ts";
import { createNamespaceViolations } from "./managed-namespace.ts";
import { sourcesViolations } from "./sources.ts";

/** Phases of an operation that is not gone on with. */
export const OVER: readonly string[] = ["Succeeded", "Failed", "Error"];

export const operation: Rule = {
  id: "A10",
  name: "operation",
  resources: [APPLICATIONS],
  judgesChange: true,
  check(request, facts, policy) {
    const { object } = request;
    const whole = objectAt(at(object, "operation"), "operation");
    const sync = objectAt(at(object, "operation", "sync"), "operation.sync");
    return [...whole.wrong, ...sync.wrong, ...running(request, facts, policy)];
  },
};

/** What is being carried out by the status, where a tenant says it and did not before, and where an operation takes it up. */
function running(request: AdmissionRequest, facts: Facts, policy: Policy): Violation[] {
  const { object, oldObject, user } = request;
  const state = at(object, "status", "operationState");
  if (state === undefined || state === null) return [];
  const isAsBefore = isDeepStrictEqual(state, at(oldObject, "status", "operationState"));
  const isSaid = !isAsBefore && isTenantPrincipal(policy, user);
  if (!isSaid && !isTakenUp(request, state)) return [];
  const field = "status.operationState.operation.sync";
  const sync = at(state, "operation", "sync");
  const result = { field: "status.operationState.syncResult", spec: at(state, "syncResult"), isPartial: true };
  return [
    ...sourcesViolations({ field, spec: sync }, request, policy),
    ...sourcesViolations(result, request, policy),
    ...inlineManifestsViolations(field, sync),
    ...createNamespaceViolations(`${field}.syncOptions`, at(sync, "syncOptions"), request, facts, policy),
  ];
}

/**
 * Argo CD goes on with what the status says is running as soon as there is an operation. Its own controller begins none while one runs, but it
 * writes what others have written: status and operation of an Application that lies in a repository.
 */
function isTakenUp({ object, oldObject }: AdmissionRequest, state: unknown): boolean {
  const begun = own(object, "operation");
  return (
    !isUnset(begun) &&
    !isDeepStrictEqual(begun, own(oldObject, "operation")) &&
    !OVER.some((phase) => phase === own(state, "phase"))
  );
}
