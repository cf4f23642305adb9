// What every role of the service stands on: log, metrics, the API server's client where there is one, the health door, and how it all ends.
import type { Config } from "../config.ts";
import { createHealthApp, type ReadyCheck } from "../http/health.ts";
import { createHttpServer, type HttpServer } from "../http/server.ts";
import { createClient, type KubeClient } from "../kube/client.ts";
import { type Credentials, inClusterCredentials, kubeconfigCredentials } from "../kube/credentials.ts";
import { createTransport } from "../kube/transport.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { Metrics } from "../metrics.ts";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";

const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface Cluster {
  client: KubeClient;
  credentials: Credentials;
  close(): Promise<void>;
}

export interface Parts {
  config: Config;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  lifecycle: Lifecycle;
  /** Asked by /readyz; parts add theirs. */
  checks: ReadyCheck[];
  /** Runs until the service stops; ends the service if it fails. */
  background: (name: string, run: (signal: AbortSignal) => Promise<unknown>) => void;
}

/** `fail` ends the service. Resolves once the health door answers; nothing else works yet. */
export async function openParts(
  base: Pick<Parts, "config" | "clock" | "log" | "metrics" | "lifecycle"> & { fail: (error: unknown) => void },
): Promise<Parts> {
  const { config, clock, log, metrics, lifecycle, fail } = base;
  metrics.collectProcess();
  const stopping: ReadyCheck = {
    name: "stopping",
    check: () => !lifecycle.isStopping() || "the service is being stopped",
  };
  const checks: ReadyCheck[] = [stopping];
  const handler = createHealthApp({ checks, metrics, log });
  const health = createHttpServer({ handler, host: config.bindAddress, port: config.healthPort, clock, log });
  await health.listen();
  lifecycle.onStop("health door", () => health.close(1_000));

  const stop = new AbortController();
  const running: Promise<unknown>[] = [];
  lifecycle.onStop("watches", async () => {
    stop.abort();
    await Promise.all(running);
  });
  const background: Parts["background"] = (name, run) =>
    void running.push(run(stop.signal).catch((error: unknown) => fail(new Error(name, { cause: error }))));
  return { config, clock, log, metrics, lifecycle, checks, background };
}

/**
 * The cluster that the settings name: by kubeconfig, or that of the Pod we run in; undefined where nothing names one. Connects to
 * nothing yet. `needed`: without a name it is the one of ~/.kube/config.
 */
export async function openCluster(options: {
  config: Config;
  clock: Clock;
  metrics: Metrics;
  needed: boolean;
}): Promise<Cluster | undefined> {
  const { config, clock, metrics, needed } = options;
  if (!needed && config.kubeconfig === undefined && config.inCluster === undefined) return undefined;
  const credentials = await credentialsOf(config, clock);
  const transport = createTransport({ credentials, metrics, clock });
  return { client: createClient(transport), credentials, close: () => transport.close() };
}

function credentialsOf(config: Config, clock: Clock): Promise<Credentials> {
  if (config.inCluster !== undefined && config.kubeconfig === undefined) {
    return inClusterCredentials({ directory: SERVICE_ACCOUNT_DIRECTORY, ...config.inCluster, clock });
  }
  return kubeconfigCredentials({
    ...(config.kubeconfig === undefined ? {} : { path: config.kubeconfig }),
    ...(config.kubeContext === undefined ? {} : { context: config.kubeContext }),
    clock,
  });
}

/**
 * A door that callers reach through a Service: they are sent elsewhere until the last may have heard that this replica goes, and only
 * then it closes.
 */
export function closeAtTheEnd(
  name: string,
  door: Pick<HttpServer, "drain" | "close">,
  { config, lifecycle }: Pick<Parts, "config" | "lifecycle">,
): void {
  const drain = (): Promise<void> => door.drain(config.drainMs);
  lifecycle.signal.addEventListener("abort", () => void drain(), { once: true });
  lifecycle.onStop(name, async () => {
    await drain();
    await door.close(config.shutdownTimeoutMs / 4); // the rest is for what stops after it
  });
}

/** A door waits for what it needs before it listens; told to stop meanwhile, it has not failed. */
export async function listenUnlessStopped(door: Pick<HttpServer, "listen">, lifecycle: Lifecycle): Promise<void> {
  try {
    await door.listen();
  } catch (error) {
    if (!lifecycle.isStopping()) throw error;
  }
}
