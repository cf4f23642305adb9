// For what other processes do in their own time: looks often, and gives up after a limit.
import { setTimeout as sleep } from "node:timers/promises";

/** Resolves as soon as `look` gives anything but undefined, null or false; throws after `limitMs`. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = 20_000,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen as Exclude<T, undefined | null | false>;
    if (Date.now() > deadline) throw new Error(`wait until ${what}: not within ${limitMs} ms`);
    await sleep(10);
  }
}
