// What the command `generate` looks at: the registry, and what the service remembers of its answers.
import type { Config } from "../config.ts";
import { type Preview, preview } from "../generator/preview.ts";
import { createLog } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { systemClock } from "../model/clock.ts";
import { openBaseline, openRegistry } from "../registry.ts";
import { openCluster } from "./parts.ts";

/** Reads only. Throws ConfigError, GeneratorError 400, or what registry and baseline throw. */
export async function previewAnswer(
  config: Config,
  request: { applicationSetName: string; parameters: unknown },
  signal: AbortSignal,
): Promise<Preview> {
  const log = createLog("silent");
  const store = await openRegistry(config.registry);
  const cluster = await openCluster({ config, clock: systemClock, metrics: createMetrics(), needed: false });
  try {
    const baseline = openBaseline(config, { client: cluster?.client, log });
    return await preview({ store, baseline, request, paramsOverride: config.generator.paramsOverride, signal });
  } finally {
    await store.close();
    await cluster?.close();
  }
}
