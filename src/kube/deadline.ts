// One deadline for one call: a signal that is aborted when the caller's is, or when the time is over. Not for loops.
import type { Clock } from "../model/clock.ts";

export interface Deadline {
  signal: AbortSignal;
  /** Which of the two ended it, or undefined while neither has. */
  ended(): "timeout" | "aborted" | undefined;
  /** Rejects as soon as the deadline ends, for work that does not listen to signals itself. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Must be called when the call is over: takes the timer and the listener away. */
  clear(): void;
}

export function createDeadline(options: { ms: number; clock: Clock; signal?: AbortSignal | undefined }): Deadline {
  const controller = new AbortController();
  let ended: "timeout" | "aborted" | undefined;
  const end = (how: "timeout" | "aborted", reason: unknown): void => {
    ended ??= how;
    controller.abort(reason);
  };
  const onAbort = (): void => end("aborted", options.signal?.reason);
  const cancel = options.clock.after(options.ms, () => end("timeout", new Error(`no answer within ${options.ms} ms`)));
  if (options.signal?.aborted === true) onAbort();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const { signal } = controller;

  return {
    signal,
    ended: () => ended,
    clear() {
      cancel();
      options.signal?.removeEventListener("abort", onAbort);
    },
    race: (work) =>
      new Promise((resolve, reject) => {
        const onEnd = (): void => reject(new Error("the deadline ended", { cause: signal.reason }));
        if (signal.aborted) onEnd();
        signal.addEventListener("abort", onEnd, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onEnd));
      }),
  };
}
