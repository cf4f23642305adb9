// Whose a namespace is and whether it is ready: read from the Namespace's own labels and annotations, never fetched.
import type { ObjectMeta } from "./kube-object.ts";
import { INITIALIZED_ANNOTATION, INITIALIZING_LABEL } from "./labels.ts";

/** What the product knows of one namespace. `tenant` is absent where no tenant label is set. */
export interface TenantNamespace {
  name: string;
  uid: string;
  tenant?: string;
  /** The ready mark is there and carries this namespace's own UID. */
  ready: boolean;
  /** The marker label is there. */
  initializing: boolean;
  terminating: boolean;
  /** All labels of the Namespace, for policies that select by them. */
  labels?: Readonly<Record<string, string>>;
}

/** The tenant's id: the first of `labelKeys` that is set and not empty. Own properties only: `constructor` is a legal label value. */
export function tenantOf(labels: Record<string, string> | undefined, labelKeys: readonly string[]): string | undefined {
  if (labels === undefined) return undefined;
  for (const key of labelKeys) {
    if (Object.hasOwn(labels, key) && labels[key] !== "") return labels[key];
  }
  return undefined;
}

/** True if the ready mark names this very namespace. A Namespace without UID (not stored yet) is never ready. */
export function isReady(metadata: ObjectMeta): boolean {
  const mark = metadata.annotations?.[INITIALIZED_ANNOTATION];
  return mark !== undefined && mark !== "" && mark === metadata.uid;
}

/** Reads a Namespace's metadata. */
export function tenantNamespace(metadata: ObjectMeta, labelKeys: readonly string[]): TenantNamespace {
  const tenant = tenantOf(metadata.labels, labelKeys);
  return {
    name: metadata.name,
    uid: metadata.uid ?? "",
    ...(tenant === undefined ? {} : { tenant }),
    ready: isReady(metadata),
    initializing: metadata.labels?.[INITIALIZING_LABEL] !== undefined,
    terminating: metadata.deletionTimestamp !== undefined,
    ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
  };
}
