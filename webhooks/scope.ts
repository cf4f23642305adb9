// Which parts of the policy hold in which namespace: its profile, and whether a rule denies there or only warns.
import type { Facts } from "./facts.ts";
import type { Policy, Profile, Scope } from "./policy.ts";

export function profileOf(namespace: string, facts: Facts, policy: Policy): Profile {
  return policy.profiles.find((scope) => isInScope(scope, namespace, facts))?.profile ?? policy.profile;
}

export function isStrict(namespace: string, facts: Facts, policy: Policy): boolean {
  return profileOf(namespace, facts, policy) === "strict";
}

/** True where a violation of the rule only warns. */
export function isWarnOnly(rule: string, namespace: string, facts: Facts, policy: Policy): boolean {
  return policy.warnOnly.some((entry) => (entry.rules?.has(rule) ?? true) && isInScope(entry, namespace, facts));
}

function isInScope({ namespaces, matchLabels }: Scope, namespace: string, facts: Facts): boolean {
  if (namespaces !== undefined && !namespaces.includes(namespace)) return false;
  if (matchLabels === undefined) return true;
  const labels = facts.namespace(namespace)?.labels ?? {};
  return [...matchLabels].every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}
