// A process that can be switched off and on again while the sandbox stands.
import type { RunningProcess } from "./part.ts";

export interface Switch {
  /** Does nothing if it runs. */
  on: () => Promise<void>;
  /** Orderly, by SIGTERM; does nothing if it does not run. */
  off: () => Promise<void>;
  /** The same by SIGKILL. */
  kill: () => Promise<void>;
}

/** `running`: what was started before; `graceMs`: how long it may take to end. */
export function createSwitch(
  start: () => Promise<RunningProcess>,
  options: { running?: RunningProcess; graceMs?: number } = {},
): Switch {
  let current = options.running;
  return {
    async on() {
      if (current?.alive() !== true) current = await start();
    },
    async off() {
      await current?.stop(options.graceMs);
    },
    async kill() {
      await current?.stop(0);
    },
  };
}
