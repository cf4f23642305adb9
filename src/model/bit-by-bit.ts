// Work on a long list, without keeping everybody else waiting for its end.
import { setImmediate as turn } from "node:timers/promises";

/** Done in one turn of the event loop: ten thousand at once would hold admission up. */
const A_TURN = 500;

/** Does it for every item, in order; answers to others are given in between. Resolves after the last. Rejects with what `work` throws, and does no more then. */
export async function bitByBit<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % A_TURN === 0) await turn();
    work(item);
  }
}
