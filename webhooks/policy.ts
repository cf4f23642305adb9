// The confinement policy as a value. Names of keys are those of the policy file's `spec`.

export interface SharedSource {
  kind: string;
  namespace: string;
  name: string;
}

export interface Policy {
  /** Label keys that make a Namespace a tenant's; the first one that is set wins. */
  tenantLabels: readonly string[];
  /** Exempt from the field rules, by name; Landlord never provisions them. */
  platformNamespaces: ReadonlySet<string>;
  /** Exempt principals (break-glass): a violation becomes a warning and an audit annotation. Compared byte for byte. */
  adminGroups: ReadonlySet<string>;
  adminUsers: ReadonlySet<string>;
  /** Landlord's own user name: only it writes the ready mark. */
  ownUser: string;
  /** Sources of other namespaces that every tenant may use, matched exactly. */
  sharedSources: readonly SharedSource[];
  /** Which ServiceAccounts a tenant's Flux objects may name, in the tenant's namespace. */
  allowedServiceAccounts(namespace: string): readonly string[];
}

/** True for platform people who may break the glass. */
export function isAdmin(policy: Policy, user: { username: string; groups: readonly string[] }): boolean {
  return policy.adminUsers.has(user.username) || user.groups.some((group) => policy.adminGroups.has(group));
}
