// What rules and mutations may ask about the cluster: answered from memory, never by a call.
import type { TenantNamespace } from "../src/model/tenant.ts";
import type { Policy } from "./policy.ts";

export interface Facts {
  /** False until the caches behind the answers are complete: then everything is denied. */
  synced(): boolean;
  /** Undefined: there is no such namespace, or it is not known yet; rules deny on it. */
  namespace(name: string): TenantNamespace | undefined;
  /** Whether a ClusterRole holds impersonate, escalate or bind. Undefined: not known. */
  isWideRole(name: string): boolean | undefined;
}

/** The same facts where the policy itself says whose a namespace is: then nothing but the policy does. */
export function declaredFacts(facts: Facts, { tenants, tenantsBeingDeleted }: Policy): Facts {
  if (tenants === null && tenantsBeingDeleted.size === 0) return facts;
  return {
    synced: () => facts.synced(),
    isWideRole: (name) => facts.isWideRole(name),
    namespace(name) {
      const known = facts.namespace(name);
      const tenant = tenants === null ? known?.tenant : tenants.get(name);
      if (tenant === undefined && known === undefined) return undefined;
      const { tenant: _, ...rest } = known ?? { ...UNSEEN, name };
      const terminating = rest.terminating || tenantsBeingDeleted.has(name);
      return { ...rest, terminating, ...(tenant === undefined ? {} : { tenant }) };
    },
  };
}

/** A namespace that the policy knows and the cluster does not show. */
const UNSEEN = { uid: "", ready: false, initializing: false, terminating: false } as const;

/** True if both are the same tenant's, and known to be. */
export function isSameTenant(a: string, b: string, facts: Facts): boolean {
  const [tenant, other] = [facts.namespace(a)?.tenant, facts.namespace(b)?.tenant];
  return tenant !== undefined && tenant === other;
}
