// Starts parts in order and stops them in reverse, each within the time that is left. It knows nothing of what they do.
import type { Clock } from "./model/clock.ts";
import { delay } from "./model/clock.ts";
import { describe } from "./model/errors.ts";
import type { Log } from "./model/log.ts";

export interface Lifecycle {
  /** Registers what undoes a part that has just been started. */
  onStop(name: string, stop: () => Promise<void> | void): void;
  /** Stops everything, last started first; a second call joins the first. Resolves to false if something did not end in time. */
  stop(): Promise<boolean>;
  /** True from the moment on that it was told to stop. */
  isStopping(): boolean;
  /** Aborted at that moment: what takes its time to end begins with it at once, whenever its turn to be waited for comes. */
  signal: AbortSignal;
}

export function createLifecycle({ deadlineMs, clock, log }: { deadlineMs: number; clock: Clock; log: Log }): Lifecycle {
  const stops: { name: string; stop: () => Promise<void> | void }[] = [];
  let stopping: Promise<boolean> | undefined;
  const told = new AbortController();

  async function stopAll(): Promise<boolean> {
    const ends = clock.now() + deadlineMs;
    told.abort();
    let clean = true;
    for (const { name, stop } of stops.toReversed()) {
      const outcome = await withinTime(stop, Math.max(0, ends - clock.now()), clock);
      if (outcome === "done") continue;
      clean = false;
      log.warn({ part: name, cause: outcome }, "part did not stop as it should");
    }
    return clean;
  }

  return {
    onStop: (name, stop) => void stops.push({ name, stop }),
    stop: () => (stopping ??= stopAll()),
    isStopping: () => told.signal.aborted,
    signal: told.signal,
  };
}

/** "done", "time is up", or what went wrong. A part that hangs is left behind, not waited for. */
async function withinTime(stop: () => Promise<void> | void, ms: number, clock: Clock): Promise<string> {
  const timer = new AbortController();
  const stopped = Promise.resolve()
    .then(stop)
    .then(
      () => "done",
      (error: unknown) => describe(error),
    );
  const late = delay(ms, clock, timer.signal).then(() => "time is up");
  try {
    return await Promise.race([stopped, late]);
  } finally {
    timer.abort();
  }
}
