// What a step is: a pure builder of objects that a tenant's namespace is to have. The controller applies them.
import type { KubeObject } from "../model/kube-object.ts";
import { MANAGED_BY, MANAGED_BY_LABEL, NAMESPACE_UID_ANNOTATION, TENANT_LABEL } from "../model/labels.ts";
import type { TenantRow } from "../tenants/row.ts";

export interface Tenant {
  /** Value of the tenant label. */
  id: string;
  namespace: string;
  namespaceUid: string;
  /** The ClusterRole that the tenant's ServiceAccount is bound to, within its namespace. */
  clusterRole: string;
}

export interface IssuedToken {
  token: string;
  expiresAt: number;
}

/** What a step may look at: the clock, and objects that Landlord manages for this very namespace (by UID). */
export interface Known {
  now: number;
  /** PEM of the CA that the tenant's clients must trust. */
  clusterCa: string;
  /** What the registry says of the tenant; it may be disabled, or name another namespace. */
  row?: TenantRow | undefined;
  find<T extends KubeObject>(kind: string, name: string): T | undefined;
  /** A token that was issued because the step asked for one a moment ago. */
  issued?: IssuedToken;
}

/** Why a step is not finished. The step is tried again when a managed object changes, at the latest after `checkAfterMs`. */
export interface Waiting {
  /** CamelCase, as reasons of conditions are. */
  reason: string;
  message: string;
  checkAfterMs: number;
}

export interface StepResult {
  /** Applied in order. */
  objects: KubeObject[];
  waiting?: Waiting;
  /** Asks for a token of this ServiceAccount, then to be called again with it. */
  wantsToken?: { serviceAccount: string; lifetimeSeconds: number };
  /** Milliseconds since 1970 at which the step must run again although nothing has changed. */
  renewAt?: number;
}

export interface Step {
  /** kebab-case: file, condition `landlord.dev/<name>`, heading. */
  name: string;
  build(tenant: Tenant, known: Known): StepResult;
}

/** Metadata of every managed object: whose it is and for which life of the namespace it was made. */
export function managedMetadata(tenant: Tenant, name: string): KubeObject["metadata"] {
  return {
    name,
    namespace: tenant.namespace,
    labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [TENANT_LABEL]: tenant.id },
    annotations: { [NAMESPACE_UID_ANNOTATION]: tenant.namespaceUid },
  };
}

/** True if Landlord made the object, and made it for this life of the namespace. */
export function isManagedFor(object: KubeObject, namespaceUid: string): boolean {
  return (
    object.metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY &&
    object.metadata.annotations?.[NAMESPACE_UID_ANNOTATION] === namespaceUid
  );
}
