// How long we may call ourselves leader, and write as one: counted from when a renewal was sent, by a timer and by two clocks.
import type { Clock } from "../model/clock.ts";

export interface Term {
  /** Aborted when the term is over. */
  signal: AbortSignal;
  over(): boolean;
  reason(): string | undefined;
  /** No new work. What is in hand may still write, for the Lease is kept up until it is done. */
  end(reason: string): void;
  /** Ends, and nothing may be written any more: somebody else may have it. */
  lose(reason: string): void;
  /**
   * Whether we may write at this moment. Loses the term if a clock says so: timers are late after a sleep, and what a process that was
   * frozen finds on waking are answers, read before any timer runs.
   */
  holds(): boolean;
  /** Marks the moment before a renewal is sent; the term goes on from there if it succeeds. */
  begin(): { succeeded(): void; done(): void };
}

const LATE = "not renewed in time";

/** The first renewal counts as sent now. */
export function createTerm(options: { clock: Clock; termMs: number }): Term {
  const { clock, termMs } = options;
  const controller = new AbortController();
  let reason: string | undefined;
  let lost = false;
  let since = moment(clock);
  let cancel = clock.after(termMs, () => lose(LATE));

  function end(why: string): void {
    if (reason !== undefined) return;
    reason = why;
    controller.abort(new Error(`leadership: ${why}`));
  }

  function lose(why: string): void {
    cancel();
    lost = true;
    end(why);
  }

  return {
    signal: controller.signal,
    over: () => reason !== undefined,
    reason: () => reason,
    end,
    lose,
    holds() {
      if (!lost && passed(since, clock) >= termMs) lose(LATE);
      return !lost;
    },
    begin() {
      const sent = moment(clock);
      let cancelNext = clock.after(termMs, () => lose(LATE));
      return {
        succeeded() {
          cancel();
          since = sent;
          cancel = cancelNext;
          cancelNext = () => undefined;
          // nothing is left to be timed
          if (lost) cancel();
        },
        done: () => cancelNext(),
      };
    },
  };
}

interface Moment {
  wall: number;
  steady: number;
}

const moment = (clock: Clock): Moment => ({ wall: clock.now(), steady: clock.steady() });

/** The wall clock may be set back, the steady one stands still while the machine sleeps: the one that says more is believed. */
const passed = (since: Moment, clock: Clock): number =>
  Math.max(clock.now() - since.wall, clock.steady() - since.steady);
