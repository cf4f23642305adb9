// What a mutation is: a pure function from a request and the facts to exact patch operations.
import type { AdmissionRequest, PatchOperation } from "../admission.ts";
import type { Facts } from "../facts.ts";
import type { Policy } from "../policy.ts";

export interface MutationResult {
  patch: readonly PatchOperation[];
  warnings: readonly string[];
}

export interface Mutation {
  /** kebab-case: file, metric label, log field, heading. */
  name: string;
  /**
   * Called for every CREATE and UPDATE that /mutate gets; anything that is not its business is an empty result.
   * Idempotent: on an object that it has patched it has nothing more to do.
   */
  mutate(request: AdmissionRequest, facts: Facts, policy: Policy): MutationResult;
}

/** Shared by all that have nothing to do, and therefore frozen. */
export const UNCHANGED: MutationResult = Object.freeze({ patch: Object.freeze([]), warnings: Object.freeze([]) });
