// A client that writes only as long as it may: what a leader writes with, so that one that was frozen and wakes up sends nothing.
import type { CallOptions, KubeClient } from "./client.ts";
import { KubeError } from "./errors.ts";

/**
 * Reads go through. Each write asks `mayWrite` when it is called and once more at the moment when its bytes would go out: it may have
 * waited for a connection. One that may not fails with status 0, and the server has seen nothing of it.
 */
export function fencedClient(client: KubeClient, mayWrite: () => boolean): KubeClient {
  const check = (): void => {
    if (!mayWrite()) throw new KubeError("write: not the leader any more", { status: 0 });
  };
  /** What may not be written rejects, as whatever else goes wrong with a call. */
  const guarded = async <O extends CallOptions, T>(
    options: O | undefined,
    write: (options: (O & Guard) | Guard) => Promise<T>,
  ): Promise<T> => {
    check();
    return await write({ ...options, beforeSend: check });
  };
  return {
    ...client,
    create: (kind, object, options) => guarded(options, (own) => client.create(kind, object, own)),
    apply: (kind, object, options) => guarded(options, (own) => client.apply(kind, object, own)),
    patch: (kind, ref, patch, options) => guarded(options, (own) => client.patch(kind, ref, patch, own)),
    replace: (kind, object, options) => guarded(options, (own) => client.replace(kind, object, own)),
    remove: (kind, ref, conditions, options) => guarded(options, (own) => client.remove(kind, ref, conditions, own)),
    requestToken: (account, ask, options) => guarded(options, (own) => client.requestToken(account, ask, own)),
  };
}

type Guard = Required<Pick<CallOptions, "beforeSend">>;
