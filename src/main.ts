// Composes and runs the service. Reads as the product's table of contents: each role is composed in src/service/.
import type { Config } from "./config.ts";
import { createLifecycle } from "./lifecycle.ts";
import { createLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { systemClock } from "./model/clock.ts";
import { describe } from "./model/errors.ts";
import type { Log } from "./model/log.ts";
import { startGenerator } from "./service/generator.ts";
import { type Registry, startInitializer, watchNamespaces } from "./service/initializer.ts";
import { type Cluster, openCluster, openParts, type Parts } from "./service/parts.ts";
import { startPolicy, watchClusterRoles } from "./service/policy.ts";
import { startSurvey } from "./service/survey.ts";
import { startWebhooks } from "./service/webhooks.ts";
import { namespaceFacts } from "./tenants/namespaces.ts";

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Runs the service until SIGTERM or SIGINT, or until a part fails; rejects with what failed. */
export async function runService(config: Config): Promise<void> {
  const clock = systemClock;
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const lifecycle = createLifecycle({ deadlineMs: config.shutdownTimeoutMs, clock, log });
  const over = untilTold(log);
  try {
    const needed = config.roles.has("webhooks") || config.roles.has("initializer");
    const cluster = await openCluster({ config, clock, metrics, needed });
    if (cluster !== undefined) lifecycle.onStop("connections to the API server", () => cluster.close());
    const parts = await openParts({ config, clock, log, metrics, lifecycle, fail: over.fail });
    const registry = config.roles.has("generator") ? await startGenerator(parts, cluster) : undefined;
    if (cluster !== undefined) startInCluster(parts, cluster, registry);
    log.info({ roles: [...config.roles], server: cluster?.credentials.server }, "started");
    await over.promise;
  } finally {
    await lifecycle.stop();
    over.forget();
    log.info({}, "stopped");
  }
}

function startInCluster(parts: Parts, cluster: Cluster, registry: Registry | undefined): void {
  const { config, metrics } = parts;
  const { roles, tenantLabels } = config;
  if (!roles.has("webhooks") && !roles.has("initializer")) return;
  const namespaces = watchNamespaces(parts, cluster);
  const isWideRole = roles.has("webhooks") ? watchClusterRoles(parts, cluster) : () => undefined;
  const facts = namespaceFacts(namespaces, { tenantLabels, isWideRole, metrics });
  if (roles.has("initializer")) startInitializer(parts, cluster, namespaces, registry);
  if (roles.has("webhooks")) {
    const policy = startPolicy(parts, cluster);
    startWebhooks(parts, cluster, { facts, policy });
    startSurvey(parts, cluster, { facts, policy });
  }
  parts.background("watch of namespaces", (signal) => namespaces.run(signal));
}

/** Resolves at the first SIGTERM or SIGINT; `fail` makes it reject. After `forget` signals end the process as they do without us. */
function untilTold(log: Log): { promise: Promise<void>; fail: (error: unknown) => void; forget: () => void } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined); // it may reject before anybody waits for it
  const told = (signal: NodeJS.Signals): void => {
    log.info({ signal }, "stopping");
    resolve();
  };
  const fail = (error: unknown): void => {
    log.error({ error: describe(error) }, "a part failed");
    reject(error);
  };
  for (const signal of STOP_SIGNALS) process.once(signal, told);
  return { promise, fail, forget: () => STOP_SIGNALS.forEach((signal) => process.off(signal, told)) };
}
