// Keeps a managed certificate source fresh: looks at once, when the Secret changes and when something is due, with back-off when it fails.
import type { RefreshedSource } from "../../certs/source.ts";
import type { KubeClient } from "../kube/client.ts";
import { SECRET } from "../kube/kinds.ts";
import { createListWatch } from "../kube/list-watch.ts";
import { createQueue } from "../kube/queue.ts";
import type { Metrics } from "../metrics.ts";
import { type Clock, delay } from "../model/clock.ts";
import type { Log } from "../model/log.ts";

/** Without a sign from the Secret's watch. */
const LOOK_EVERY_MS = 3_600_000;
/** How often it is asked, without a call, whether something is due: a clock that jumped is noticed, and a change of the authority goes on. */
const THINK_EVERY_MS = 2_000;

export interface RenewalOptions {
  client: KubeClient;
  source: RefreshedSource;
  /** The Secret that the source's store is in. */
  secret: { namespace: string; name: string };
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface Renewal {
  /** Resolves once `signal` is aborted and nothing is in hand; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export function createRenewal({ client, source, secret, clock, log, metrics }: RenewalOptions): Renewal {
  const shared = { client, clock, log, metrics };
  const key = `${secret.namespace}/${secret.name}`;
  return {
    async run(signal) {
      const queue = createQueue({
        name: "certificate",
        concurrency: 1,
        process: async () => {
          await source.refresh();
          return { requeueAfterMs: LOOK_EVERY_MS };
        },
        ...shared,
      });
      const watch = createListWatch({
        ...shared,
        kind: SECRET,
        namespace: secret.namespace,
        fieldSelector: `metadata.name=${secret.name}`,
        metadataOnly: true,
      });
      watch.subscribe(() => queue.add(key));
      queue.add(key);
      await Promise.all([watch.run(signal), everySoOften(signal, () => source.due() && queue.add(key))]);
      await queue.drain(signal);
    },
  };

  async function everySoOften(signal: AbortSignal, look: () => unknown): Promise<void> {
    while (!signal.aborted) {
      await delay(THINK_EVERY_MS, clock, signal);
      if (!signal.aborted) look();
    }
  }
}
