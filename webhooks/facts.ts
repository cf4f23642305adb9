// What rules and mutations may ask about the cluster: answered from memory, never by a call.
import type { TenantNamespace } from "../src/model/tenant.ts";

export interface Facts {
  /** False until the caches behind the answers are complete: then everything is denied. */
  synced(): boolean;
  /** Undefined: there is no such namespace, or it is not known yet; rules deny on it. */
  namespace(name: string): TenantNamespace | undefined;
}
