// One session for all callers: opened when first needed, kept while it is good, replaced when it is not. What a session does is its maker's business.
import { OwnFault } from "./cql-fault.ts";

export interface SessionHolder<T> {
  /** Opens one if there is none that is alive; callers at the same time share the attempt. */
  get(): Promise<T>;
  /** Closes what is open or about to be; `get` rejects from now on. */
  close(): Promise<void>;
}

export function createSessionHolder<T>(options: {
  open: () => Promise<T>;
  alive: (session: T) => boolean;
  close: (session: T) => Promise<void>;
}): SessionHolder<T> {
  let opening: Promise<T> | undefined;
  let held: { session: T } | undefined;
  let closed = false;
  const closings = new Set<Promise<void>>();

  async function open(): Promise<T> {
    const session = await options.open();
    held = { session };
    if (closed) drop();
    return session;
  }

  function drop(): void {
    if (held === undefined) return;
    const closing = options.close(held.session).catch(() => undefined); // it is not used again either way
    held = undefined;
    closings.add(closing);
    void closing.finally(() => closings.delete(closing));
  }

  return {
    get() {
      if (closed) return Promise.reject(new OwnFault("the store is closed", { passing: false }));
      if (held !== undefined && options.alive(held.session)) return Promise.resolve(held.session);
      drop();
      opening ??= open().finally(() => {
        opening = undefined;
      });
      return opening;
    },
    async close() {
      closed = true;
      await opening?.catch(() => undefined);
      drop();
      await Promise.all(closings);
    },
  };
}
