// How long we may call ourselves leader: counted from when a renewal was sent, by a timer and by the clock, whichever is first over.
import type { Clock } from "../model/clock.ts";

export interface Term {
  /** Aborted when the term is over. */
  signal: AbortSignal;
  over(): boolean;
  reason(): string | undefined;
  end(reason: string): void;
  /** Ends the term if the clock says so: after a sleep of the whole machine timers are late. */
  check(): void;
  /** Marks the moment before a renewal is sent; the term goes on from there if it succeeds. */
  begin(): { succeeded(): void; done(): void };
}

/** The first renewal counts as sent now. */
export function createTerm(options: { clock: Clock; termMs: number }): Term {
  const { clock, termMs } = options;
  const controller = new AbortController();
  let reason: string | undefined;
  let since = clock.now();
  let cancel = clock.after(termMs, () => end("not renewed in time"));

  function end(why: string): void {
    cancel();
    if (reason !== undefined) return;
    reason = why;
    controller.abort(new Error(`leadership: ${why}`));
  }

  return {
    signal: controller.signal,
    over: () => reason !== undefined,
    reason: () => reason,
    end,
    check() {
      if (clock.now() - since >= termMs) end("not renewed in time");
    },
    begin() {
      const sentAt = clock.now();
      let cancelNext = clock.after(termMs, () => end("not renewed in time"));
      return {
        succeeded() {
          cancel();
          since = sentAt;
          cancel = cancelNext;
          cancelNext = () => undefined;
          // over already: nothing is left to be timed
          if (reason !== undefined) cancel();
        },
        done: () => cancelNext(),
      };
    },
  };
}
