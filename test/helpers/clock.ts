// A clock that stands still until a test moves it.
import type { Clock } from "../../src/model/clock.ts";

export interface TestClock extends Clock {
  /** Moves time on by `ms`; tasks that fall due run in order, each at its own time, with a turn of the event loop after each. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock on (or back) by `ms`; tasks are not moved, as timers are not by a changed clock. */
  jump(ms: number): void;
  /** How many tasks wait. */
  pending(): number;
}

export function createTestClock(start = Date.parse("2026-01-01T00:00:00Z")): TestClock {
  let now = start;
  let jumped = 0;
  let tasks: { at: number; task: () => void }[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return {
    now: () => now + jumped,
    steady: () => now - start,
    after(ms, task) {
      const entry = { at: now + ms, task };
      tasks.push(entry);
      return () => {
        tasks = tasks.filter((other) => other !== entry);
      };
    },
    async advance(ms) {
      const until = now + ms;
      await turn();
      for (;;) {
        const due = tasks.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        tasks = tasks.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.task();
        await turn();
      }
      now = until;
      await turn();
    },
    jump: (ms) => {
      jumped += ms;
    },
    pending: () => tasks.length,
  };
}
