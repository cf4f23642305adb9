// The Lease object: what is read of it and what is written into it. Pure; lease.ts does the talking.
import type { KubeObject } from "../model/kube-object.ts";

export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string | null;
    leaseDurationSeconds?: number | null;
    acquireTime?: string | null;
    renewTime?: string | null;
    leaseTransitions?: number | null;
  };
}

/** "" when nobody holds it. */
export const holderOf = (lease: Lease): string => lease.spec?.holderIdentity ?? "";

/** For how long the holder may be silent; a second at least, so that a broken Lease is not fought over. */
export const durationOf = (lease: Lease): number => Math.max(lease.spec?.leaseDurationSeconds ?? 0, 1) * 1000;

/** The Lease as `identity` holds it from `now` on; with `previous` its resourceVersion, labels and count go along. */
export function heldLease(options: {
  namespace: string;
  name: string;
  identity: string;
  durationMs: number;
  now: number;
  previous?: Lease | undefined;
}): Lease {
  const { namespace, name, identity, previous } = options;
  const mine = previous !== undefined && holderOf(previous) === identity;
  const time = microTime(options.now);
  const transitions = previous?.spec?.leaseTransitions ?? 0;
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: previous?.metadata ?? { name, namespace },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(options.durationMs / 1000),
      acquireTime: mine ? (previous.spec?.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: previous === undefined || mine ? transitions : transitions + 1,
    },
  };
}

/** The Lease without a holder: whoever looks next may take it. */
export function releasedLease(lease: Lease, now: number): Lease {
  return { ...lease, spec: { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(now) } };
}

/** RFC 3339 with six digits, as MicroTime wants it. */
const microTime = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z");
