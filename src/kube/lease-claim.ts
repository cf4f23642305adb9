// One replica's view of a Lease, and its tries to hold it. Not for deciding what to do with leadership: lease.ts does that.
import type { Clock } from "../model/clock.ts";
import type { CallOptions, KubeClient } from "./client.ts";
import { isAlreadyExists, isConflict, isNotFound } from "./errors.ts";
import { LEASE } from "./kinds.ts";
import { durationOf, heldLease, holderOf, type Lease, releasedLease } from "./lease-record.ts";

/** "other": somebody else holds it. "again": somebody wrote in between, so it is not known. */
export type Hold = "held" | "other" | "again";

export interface Claim {
  /**
   * Takes or renews the Lease if that is allowed now. `keep`: only go on holding, never take it over. Throws when the server
   * gives no clear answer. `signal` ends reads only: a write that is cut off may have been done.
   */
  hold(options: { keep: boolean; timeoutMs: number; signal?: AbortSignal }): Promise<Hold>;
  /** Lets others take it at once; does nothing if it is not ours by what was last seen. */
  release(timeoutMs: number): Promise<void>;
  holder(): string;
}

export function createClaim(options: {
  client: KubeClient;
  namespace: string;
  name: string;
  identity: string;
  durationMs: number;
  clock: Clock;
}): Claim {
  const { client, namespace, name, identity, durationMs, clock } = options;
  let seen: Lease | undefined;
  // other replicas' clocks are not trusted, nor is ours to go evenly: a timer says when the holder has been silent for long enough
  let silent = false;
  let cancelSilence: (() => void) | undefined;

  function observe(lease: Lease): void {
    if (lease.metadata.resourceVersion !== seen?.metadata.resourceVersion) {
      cancelSilence?.();
      silent = false;
      cancelSilence = clock.after(durationOf(lease), () => {
        silent = true;
      });
    }
    seen = lease;
  }

  async function read(call: CallOptions): Promise<Lease | undefined> {
    try {
      const lease = await client.get<Lease>(LEASE, { namespace, name }, call);
      observe(lease);
      return lease;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      seen = undefined;
      return undefined;
    }
  }

  async function write(previous: Lease | undefined, timeoutMs: number): Promise<boolean> {
    const lease = heldLease({ namespace, name, identity, durationMs, now: clock.now(), previous });
    try {
      observe(
        previous === undefined
          ? await client.create<Lease>(LEASE, lease, { timeoutMs })
          : await client.replace<Lease>(LEASE, lease, { timeoutMs }),
      );
      return true;
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error) || isNotFound(error)) return false;
      throw error;
    }
  }

  function mayTake(lease: Lease, keep: boolean): boolean {
    const holder = holderOf(lease);
    return holder === identity || holder === "" || (silent && !keep);
  }

  return {
    async hold({ keep, timeoutMs, signal }) {
      // a holder renews what it wrote last; everybody else looks first
      if (keep && seen !== undefined && holderOf(seen) === identity && (await write(seen, timeoutMs))) return "held";
      const lease = await read({ timeoutMs, ...(signal === undefined ? {} : { signal }) });
      if (lease !== undefined && !mayTake(lease, keep)) return "other";
      return (await write(lease, timeoutMs)) ? "held" : "again";
    },
    async release(timeoutMs) {
      cancelSilence?.();
      if (seen === undefined || holderOf(seen) !== identity) return;
      await client.replace<Lease>(LEASE, releasedLease(seen, clock.now()), { timeoutMs });
    },
    holder: () => (seen === undefined ? "" : holderOf(seen)),
  };
}
