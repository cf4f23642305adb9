// The confinement policy as a value: what the platform has decided, for rules to read. Where it comes from is src/policy's part.
import type { UrlEntry } from "./source-url.ts";

export const PROFILES = ["strict", "baseline"] as const;
/** baseline denies what crosses a boundary; strict wants the fields said that keep it from doing so. */
export type Profile = (typeof PROFILES)[number];

export interface SharedSource {
  kind: string;
  namespace: string;
  name: string;
}

/** Namespaces by name or by labels that tenants cannot change. Neither: all. */
export interface Scope {
  namespaces?: readonly string[] | undefined;
  matchLabels?: ReadonlyMap<string, string> | undefined;
}

/** One value of one field of one object, let through although a rule is against it. Everything else about the object is judged. */
export interface Exception {
  namespace: string;
  kind: string;
  name: string;
  field: string;
  /** null: the field may be missing. */
  value: unknown;
  /** Left out: whichever rule objects to that value. */
  rule?: string | undefined;
  /** Milliseconds since 1970; not honoured from then on. */
  expiry?: number | undefined;
  reason?: string | undefined;
}

/** Names of keys are those of the policy file's `spec`. Maps, not objects: `constructor` is a legal namespace. */
export interface Policy {
  /** Label keys that make a Namespace a tenant's; the first one that is set wins. */
  tenantLabels: readonly string[];
  /** Landlord's own user name: only it writes the ready mark. */
  ownUser: string;
  profile: Profile;
  /** The first whose scope fits overrides `profile`. */
  profiles: readonly (Scope & { profile: Profile })[];
  /** Namespace to tenant, in place of the Namespaces' labels; null: the labels decide. */
  tenants: ReadonlyMap<string, string> | null;
  /** Namespaces whose tenant is on its way out: nothing new is admitted there. */
  tenantsBeingDeleted: ReadonlySet<string>;
  /** True: what goes to another namespace of the same tenant (K2, H2, A2) is the tenant's own. */
  tenantNamespaceSets: boolean;
  /** Exempt from the field rules, by name; Landlord never provisions them. */
  platformNamespaces: ReadonlySet<string>;
  /** Exempt principals (break-glass): a violation becomes a warning and an audit annotation. Compared byte for byte. */
  adminGroups: ReadonlySet<string>;
  adminUsers: ReadonlySet<string>;
  /** User names of the platform's own controllers. */
  controllers: ReadonlySet<string>;
  exceptions: readonly Exception[];
  /** Rules that only warn, in the namespaces of their scope. Without rules: all of them. */
  warnOnly: readonly (Scope & { rules?: ReadonlySet<string> | undefined })[];
  /** Namespace to ServiceAccounts that its Flux objects may name; null: each namespace has the one of its own name. */
  serviceAccounts: ReadonlyMap<string, readonly string[]> | null;
  /** The Flux controllers' --default-service-account, as declared; "" = none. */
  defaultServiceAccount: string;
  /** Sources of other namespaces that every tenant may use, matched exactly. */
  sharedSources: readonly SharedSource[];
  allowExternalArtifact: boolean;
  /** Namespace to names of Secrets that a kubeConfig may name. */
  allowedKubeConfigSecrets: ReadonlyMap<string, readonly string[]>;
  /** Labels by which a controller chooses its objects. */
  shardLabels: readonly string[];
  /** Namespace to values that a shard label may have. */
  allowedShards: ReadonlyMap<string, readonly string[]>;
  /** null: any URL. */
  allowedSourceUrls: readonly UrlEntry[] | null;
  /** Labels and annotations of Namespaces that only the platform changes. "x/" is a prefix. */
  protectedKeys: readonly string[];
  /** ClusterRoles known to hold impersonate, escalate or bind. */
  wideClusterRoles: ReadonlySet<string>;
  resourceSets: { enabled: boolean };
  /** Argo CD's own namespace. */
  argoNamespace: string;
  allowedProjects: ReadonlyMap<string, readonly string[]>;
  allowedServers: readonly string[];
  allowedClusterNames: readonly string[];
  allowedRepos: readonly UrlEntry[];
  allowedPlugins: readonly string[];
  applicationSets: { enabled: boolean; generators: readonly string[] };
  /** What becomes of resources that no rule is about. */
  unknownResources: "deny" | "allow";
  /** What a mutation fills in on CREATE where it is missing. */
  defaulting: { serviceAccountName: boolean; targetNamespace: boolean };
}

/** Which ServiceAccounts the Flux objects of a namespace may name. A namespace that is not on the list has none. */
export function allowedServiceAccounts({ serviceAccounts }: Policy, namespace: string): readonly string[] {
  return serviceAccounts === null ? [namespace] : (serviceAccounts.get(namespace) ?? []);
}

/** True if a key of metadata is one of `keys`, of which those that end in "/" stand for all that begin so. */
export function isListedKey(key: string, keys: readonly string[]): boolean {
  return keys.some((listed) => (listed.endsWith("/") ? key.startsWith(listed) : key === listed));
}
