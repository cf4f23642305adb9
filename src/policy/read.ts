// Reads the policy file: text in, a complete policy out, or every fault at once with its place. Pure; where the text comes from is a source's part.
import { z } from "zod";
import { isListedKey, type Policy } from "../../webhooks/policy.ts";
import { OWN_PREFIX } from "../model/labels.ts";
import { orderedFaults, type PolicyFault, schemaFaults, shownPath } from "./faults.ts";
import { type PolicyBase, PROTECTED_KEYS, policyOf } from "./policy-of.ts";
import { type Known, specSchema } from "./spec.ts";
import { fields, text as textOf } from "./values.ts";
import { readYaml } from "./yaml-text.ts";

export { faultText } from "./faults.ts";
export type { PolicyBase, PolicyFault };

export const API_VERSION = "landlord.dev/v1alpha1";
export const KIND = "ConfinementPolicy";

/** The whole document; nothing but `spec` says anything about the policy. */
export function documentSchema(known: Known) {
  const shape = {
    apiVersion: z.literal(API_VERSION, `must be ${API_VERSION}`),
    kind: z.literal(KIND, `must be ${KIND}`),
    metadata: fields({ name: textOf(253).optional() }).optional(),
    spec: specSchema(known).optional(),
  };
  return fields(shape, `must be a map: apiVersion, kind ${KIND}, spec`);
}

/** Never throws. Faults come in the order of the text. */
export function readPolicy(text: string, base: PolicyBase): { policy: Policy } | { faults: PolicyFault[] } {
  const yaml = readYaml(text);
  const faults = yaml.faults.map(({ path, ...fault }) => ({ ...fault, path: shownPath(path) }));
  if (yaml.value === undefined) return { faults: orderedFaults(faults) };
  const isProtected = protection(yaml.value, base);
  const result = documentSchema({ ruleIds: base.ruleIds, isProtected }).safeParse(yaml.value);
  if (!result.success) faults.push(...schemaFaults(result.error, yaml));
  if (!result.success || faults.length > 0) return { faults: orderedFaults(faults) };
  return { policy: policyOf(result.data.spec ?? {}, base) };
}

/** Which labels tenants cannot change, by the very text that is being read. */
function protection(value: unknown, { tenantLabels }: PolicyBase): (key: string) => boolean {
  const shape = z.object({ spec: z.object({ protectedKeys: z.array(z.string()) }) });
  const listed = shape.safeParse(value).data?.spec.protectedKeys ?? PROTECTED_KEYS;
  return (key) => isListedKey(key, [OWN_PREFIX, ...tenantLabels, ...listed]);
}
