// The cluster that commands look at: the one that the settings name, or the kubeconfig's current context.
import type { Config } from "../config.ts";
import type { KubeClient } from "../kube/client.ts";
import { createMetrics } from "../metrics.ts";
import { systemClock } from "../model/clock.ts";
import { openCluster } from "./parts.ts";

/** Closes the connections when `use` is done. Rejects where no kubeconfig can be read. */
export async function withCluster<T>(config: Config, use: (client: KubeClient) => Promise<T>): Promise<T> {
  const cluster = await openCluster({ config, clock: systemClock, metrics: createMetrics(), needed: true });
  if (cluster === undefined) throw new Error("no kubeconfig names a cluster");
  try {
    return await use(cluster.client);
  } finally {
    await cluster.close();
  }
}
