// The control of a soak: a request that Landlord has no part in, every second. Where it is slow, the machine is at its end, and not Landlord.
import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "../../sandbox/api.ts";

export interface Control {
  run(signal: AbortSignal): Promise<void>;
  /** It is slow now, or was a moment ago: what else is slow or gives up then says nothing about Landlord. */
  isSlow(): boolean;
  wasSlow(from: number, to: number): boolean;
  /** When it was asked, and milliseconds to the answer. */
  samples: readonly { at: number; ms: number }[];
}

const PERIOD_MS = 1_000;
/** A webhook has 5 s, and what it waits for is more than one thing. */
const SLOW_MS = 1_500;
/** What was held up then may fail this much later: at the end of the webhook's time. */
const AFTERMATH_MS = 10_000;
const PATH = "/api/v1/namespaces/default/configmaps?dryRun=All";

export function createControl(api: Api): Control {
  const samples: { at: number; ms: number }[] = [];
  let askedAt: number | undefined;
  let lastSlow = Number.NEGATIVE_INFINITY;

  return {
    samples,
    isSlow() {
      const now = Date.now();
      return now - lastSlow < AFTERMATH_MS || (askedAt !== undefined && now - askedAt > SLOW_MS);
    },
    wasSlow: (from, to) => samples.some(({ at, ms }) => ms > SLOW_MS && at < to && at + ms > from),
    async run(signal) {
      while (!signal.aborted) {
        askedAt = Date.now();
        const body = { metadata: { name: "control" } };
        const { status } = await api.call({ method: "POST", path: PATH, body }).catch(() => ({ status: 0 }));
        const [at, ms] = [askedAt, Date.now() - askedAt];
        askedAt = undefined;
        if (status === 201) samples.push({ at, ms });
        if (ms > SLOW_MS) lastSlow = Date.now();
        await sleep(Math.max(0, PERIOD_MS - ms), undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
