// Keeps a managed certificate source fresh: looks at once, when the Secret changes, and from time to time, with back-off when it fails.
import type { ManagedSource } from "../../certs/managed.ts";
import type { KubeClient } from "../kube/client.ts";
import { SECRET } from "../kube/kinds.ts";
import { createListWatch } from "../kube/list-watch.ts";
import { createQueue } from "../kube/queue.ts";
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";

/** A leaf lives for days and is renewed at two thirds: an hour is soon enough. */
const LOOK_EVERY_MS = 3_600_000;

export interface RenewalOptions {
  client: KubeClient;
  source: ManagedSource;
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
      await watch.run(signal);
      await queue.drain(signal);
    },
  };
}
