// What breaks during a soak, and when: faults in a shuffled order, and what is known of each afterwards.
import { setTimeout as sleep } from "node:timers/promises";
import { FAULTS, type Fault, type Means } from "./faults.ts";
import { shuffled } from "./random.ts";
import type { World } from "./world.ts";

export interface Strike {
  name: string;
  from: number;
  to: number;
  stopsRequests: boolean;
  /** Seconds from its end until every tenant that was born during it was ready. */
  recoverySeconds: number;
  /** Why it did not come to its end. */
  error?: string;
}

interface Striking {
  strikes: Strike[];
  means: Means;
  begun: number;
  seconds: number;
  faultEverySeconds: number;
  names: readonly string[] | undefined;
  log: (line: string) => void;
}

/** One after another in a shuffled order; no kind comes again before all have come. Resolves when the time is over and all have ended. */
export async function strikeAll(world: World, striking: Striking): Promise<void> {
  const { begun, seconds, faultEverySeconds, names } = striking;
  const { random } = striking.means;
  const chosen = FAULTS.filter(({ name }) => names?.includes(name) ?? true);
  const beside: Promise<void>[] = [];
  const end = begun + seconds * 1000;
  /** Those that run beside others may last longer than until their next turn. */
  const running = new Set<string>();
  let order: Fault[] = [];
  for (let turn = 1; begun + turn * faultEverySeconds * 1000 < end; turn++) {
    await sleep(Math.max(0, begun + turn * faultEverySeconds * 1000 - Date.now()));
    if (order.length === 0) order = shuffled(chosen, random);
    const fault = order.find(({ name }) => !running.has(name));
    if (fault === undefined) continue;
    order = order.filter((each) => each !== fault);
    running.add(fault.name);
    const over = strike(world, fault, striking).finally(() => running.delete(fault.name));
    if (fault.runsBeside === true) beside.push(over);
    else await over;
  }
  await sleep(Math.max(0, end - Date.now()));
  await Promise.all(beside);
}

async function strike(world: World, fault: Fault, { strikes, means, begun, log }: Striking): Promise<void> {
  const { name, stopsRequests = false } = fault;
  const open: Strike = {
    name,
    stopsRequests,
    from: Date.now(),
    to: Number.POSITIVE_INFINITY,
    recoverySeconds: Number.NaN,
  };
  strikes.push(open);
  try {
    await fault.strike(world, means);
  } catch (error) {
    open.error = error instanceof Error ? error.message : String(error);
  }
  open.to = Date.now();
  const after = Math.round((open.from - begun) / 1000);
  log(
    `${after} s: ${name} for ${((open.to - open.from) / 1000).toFixed(1)} s${open.error === undefined ? "" : `: ${open.error}`}`,
  );
}

/** A request may have been begun while the fault was on; and an API server that is back needs a moment for its roles. */
export function excuseIn(strikes: readonly Strike[]): string {
  const now = Date.now();
  return strikes.find(({ stopsRequests, to }) => stopsRequests && now < to + 2_000)?.name ?? "";
}

/** Seconds from its end until all that were born during it were ready. Times are in milliseconds since 1970. */
export function recoveryOf({ from, to }: Strike, lagged: readonly { at: number; ready: number }[]): number {
  const last = Math.max(0, ...lagged.filter(({ at }) => at >= from - 500 && at <= to).map(({ ready }) => ready));
  return Math.max(0, last - to) / 1000;
}
