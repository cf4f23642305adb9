// One Lease behind several clients, with the apiserver's rules for writes, and troubles that a test may make for one client.
import type { KubeClient } from "../../src/kube/client.ts";
import { KubeError } from "../../src/kube/errors.ts";
import type { Lease } from "../../src/kube/lease-record.ts";

export interface LeaseServer {
  lease: Lease | undefined;
  /** Who wrote, in order: the holder after each write, "" for a release. */
  writes: string[];
  /** A client; `trouble` may throw, or keep the call waiting, before or after ("answer lost") it takes effect. */
  client(trouble?: (call: string, when: "before" | "after") => void | Promise<void>): KubeClient;
  /** Writes as somebody else would. */
  steal(holder: string): void;
}

const refused = (status: number, reason: string): KubeError => new KubeError(`lease: ${reason}`, { status, reason });

export function createLeaseServer(): LeaseServer {
  let version = 0;
  const server: LeaseServer = {
    lease: undefined,
    writes: [],
    client(trouble = () => undefined) {
      const call =
        <A extends unknown[]>(name: string, work: (...args: A) => Lease) =>
        async (...args: A): Promise<Lease> => {
          await trouble(name, "before");
          const lease = structuredClone(work(...args));
          await trouble(name, "after");
          return lease;
        };
      return {
        get: call("get", () => server.lease ?? fail(404, "NotFound")),
        create: call("create", (_kind: unknown, lease: Lease) => {
          if (server.lease !== undefined) fail(409, "AlreadyExists");
          return store(lease);
        }),
        replace: call("replace", (_kind: unknown, lease: Lease) => {
          if (server.lease === undefined) fail(404, "NotFound");
          if (lease.metadata.resourceVersion !== server.lease?.metadata.resourceVersion) fail(409, "Conflict");
          return store(lease);
        }),
      } as unknown as KubeClient;
    },
    steal(holder) {
      const base = server.lease ?? {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "l", namespace: "n" },
      };
      store({ ...base, spec: { ...base.spec, holderIdentity: holder, leaseDurationSeconds: 15 } });
    },
  };

  function store(lease: Lease): Lease {
    server.lease = {
      ...structuredClone(lease),
      metadata: { ...lease.metadata, uid: "u", resourceVersion: String(++version) },
    };
    server.writes.push(lease.spec?.holderIdentity ?? "");
    return server.lease;
  }

  function fail(status: number, reason: string): never {
    throw refused(status, reason);
  }
  return server;
}
