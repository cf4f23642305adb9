// Composes and runs the service. Reads as the product's table of contents; what each part does is told in its room.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { createManagedSource } from "../certs/managed.ts";
import { createMutator, createValidator } from "../webhooks/chain.ts";
import type { Facts } from "../webhooks/facts.ts";
import { mutations } from "../webhooks/mutating/index.ts";
import type { Policy } from "../webhooks/policy.ts";
import { rules } from "../webhooks/validating/index.ts";
import type { Config } from "./config.ts";
import { createAdmission } from "./http/admission.ts";
import { createHealthApp, type ReadyCheck } from "./http/health.ts";
import { createHttpServer, createHttpsServer } from "./http/server.ts";
import { createWebhookApp } from "./http/webhooks.ts";
import { createInitializer } from "./initializer/initializer.ts";
import { createClient, type KubeClient } from "./kube/client.ts";
import { type Credentials, inClusterCredentials, kubeconfigCredentials } from "./kube/credentials.ts";
import { createEventRecorder } from "./kube/events.ts";
import { NAMESPACE } from "./kube/kinds.ts";
import { runWithLease } from "./kube/lease.ts";
import { createListWatch, type ListWatch } from "./kube/list-watch.ts";
import { createTransport } from "./kube/transport.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createLog } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { type Clock, systemClock } from "./model/clock.ts";
import { describe } from "./model/errors.ts";
import type { Namespace } from "./model/kube-object.ts";
import type { Log } from "./model/log.ts";
import { serviceAccountName } from "./model/names.ts";
import { namespaceFacts, slimNamespace } from "./tenants/namespaces.ts";
import { createCaBundle } from "./tls/ca-bundle.ts";
import { observeExpiry } from "./tls/expiry.ts";
import { createRenewal } from "./tls/renewal.ts";
import { createSecretStore } from "./tls/secret-store.ts";

const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Plurals of what the webhook configurations send. */
const VALIDATED = new Set(rules.flatMap(({ resources }) => resources.map(({ resource }) => resource)));
const MUTATED = new Set(["namespaces", "pods"]);

/** What every part is given. */
interface Parts {
  config: Config;
  client: KubeClient;
  credentials: Credentials;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  lifecycle: Lifecycle;
  /** Asked by /readyz; parts add theirs. */
  checks: ReadyCheck[];
  /** Runs until the service stops; ends the service if it fails. */
  background: (name: string, run: (signal: AbortSignal) => Promise<unknown>) => void;
}

/** Runs the service until SIGTERM or SIGINT, or until a part fails; rejects with what failed. */
export async function runService(config: Config): Promise<void> {
  const clock = systemClock;
  const log = createLog(config.logLevel);
  const metrics = createMetrics();
  const lifecycle = createLifecycle({ deadlineMs: config.shutdownTimeoutMs, clock, log });
  const over = untilTold(log);
  try {
    const parts = await startHands({ config, clock, log, metrics, lifecycle, fail: over.fail });
    const namespaces = watchNamespaces(parts);
    const facts = namespaceFacts(namespaces, { tenantLabels: config.tenantLabels, metrics });
    if (config.roles.has("initializer")) startInitializer(parts, namespaces);
    if (config.roles.has("webhooks")) startWebhooks(parts, facts);
    parts.background("watch of namespaces", (signal) => namespaces.run(signal));
    log.info({ roles: [...config.roles], server: parts.credentials.server }, "started");
    await over.promise;
  } finally {
    await lifecycle.stop();
    over.forget();
    log.info({}, "stopped");
  }
}

/** Everything that others stand on: the API server's client and the health door, which answers before all else works. */
async function startHands(
  base: Pick<Parts, "config" | "clock" | "log" | "metrics" | "lifecycle"> & { fail: (error: unknown) => void },
): Promise<Parts> {
  const { config, clock, log, metrics, lifecycle, fail } = base;
  metrics.collectProcess();
  const credentials = await credentialsOf(config, clock);
  const transport = createTransport({ credentials, metrics, clock });
  lifecycle.onStop("connections to the API server", () => transport.close());

  const checks: ReadyCheck[] = [];
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
  return { config, client: createClient(transport), credentials, clock, log, metrics, lifecycle, checks, background };
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

/** One watch for admission and initializer. Only the latter reads conditions, so without it metadata is enough. */
function watchNamespaces({ config, checks, ...shared }: Parts): ListWatch<Namespace> {
  const metadataOnly = !config.roles.has("initializer");
  const namespaces = createListWatch<Namespace>({ ...shared, kind: NAMESPACE, metadataOnly, transform: slimNamespace });
  checks.push({ name: "namespaces", check: () => namespaces.synced() || "not read from the API server yet" });
  return namespaces;
}

function startInitializer(parts: Parts, namespaces: ListWatch<Namespace>): void {
  const { config, client, credentials, clock, log, metrics, lifecycle, checks, background } = parts;
  const identity = config.identity ?? hostname();
  const events = createEventRecorder({ client, identity, clock, log, metrics });
  lifecycle.onStop("events", () => events.flush());
  const initializer = createInitializer({
    client,
    namespaces,
    events,
    clock,
    log,
    metrics,
    settings: config,
    clusterCa: () => credentials.ca ?? "",
  });
  for (const watch of initializer.watches) background("watch of managed objects", (signal) => watch.run(signal));
  const synced = (): boolean => initializer.watches.every((watch) => watch.synced());
  checks.push({ name: "managed objects", check: () => synced() || "not read from the API server yet" });

  const stop = new AbortController();
  const led = runWithLease({
    client,
    clock,
    log,
    metrics,
    namespace: config.namespace,
    name: "landlord",
    identity: `${identity}_${randomUUID().slice(0, 8)}`,
    signal: stop.signal,
    lead: (signal) => initializer.lead(signal),
  });
  background("initializer", () => led);
  lifecycle.onStop("initializer and Lease", async () => {
    stop.abort();
    await led;
  });
}

function startWebhooks(parts: Parts, facts: Facts): void {
  const { config, client, clock, log, metrics, lifecycle, checks, background } = parts;
  const shared = { client, clock, log, metrics };
  const secret = { namespace: config.namespace, name: config.certificateSecret };
  const store = createSecretStore({ client, ...secret });
  const source = createManagedSource({ store, names: config.certificateNames, clock, log });
  observeExpiry(source, metrics);
  const renewal = createRenewal({ ...shared, source, secret });
  const names = { mutating: config.webhookConfiguration, validating: config.webhookConfiguration };
  const caBundle = createCaBundle({ ...shared, source, refresh: () => source.refresh(), names });

  const door = createHttpsServer({
    source,
    handler: createWebhookApp({ ...admission(parts, facts), log }),
    host: config.bindAddress,
    port: config.webhookPort,
    clock,
    log,
  });
  background("certificate", (signal) => renewal.run(signal));
  background("caBundle", (signal) => caBundle.run(signal));
  let stopping = false;
  background("webhook door", () =>
    door.listen().catch((error: unknown) => (stopping ? undefined : Promise.reject(error))),
  );
  lifecycle.onStop("webhook door", () => door.close(config.shutdownTimeoutMs / 2)); // the rest is for what stops after it

  lifecycle.onStop("readiness", () => void (stopping = true));
  checks.push(
    { name: "stopping", check: () => !stopping || "the service is being stopped" },
    { name: "certificate", check: () => source.current() !== undefined || "there is none yet" },
    { name: "webhook door", check: () => door.port() !== undefined || "not listening yet" },
    {
      name: "webhook configurations",
      check: () =>
        caBundle.trusted() ||
        `${config.webhookConfiguration}: missing, or caBundle does not hold the CA that is served`,
    },
  );
}

/** The two handlers: which members are asked, by which policy, and who is told. */
function admission({ config, log, metrics }: Parts, facts: Facts) {
  const policy: Policy = {
    tenantLabels: config.tenantLabels,
    platformNamespaces: config.platformNamespaces,
    adminGroups: config.adminGroups,
    adminUsers: config.adminUsers,
    ownUser: config.ownUser,
    sharedSources: config.sharedSources,
    allowedServiceAccounts: (namespace) => [serviceAccountName(namespace)],
  };
  const shared = {
    facts,
    policy,
    observe: ({ name }: { name: string }, seconds: number) => metrics.memberSeconds.observe({ member: name }, seconds),
    onError: ({ name }: { name: string }, error: unknown) =>
      log.error({ member: name, error: describe(error) }, "member failed; request denied"),
  };
  const validate = createValidator({ ...shared, members: rules });
  const mutate = createMutator({ ...shared, members: mutations });
  return {
    validate: createAdmission({ webhook: "validate", decide: validate, resources: VALIDATED, log, metrics }),
    mutate: createAdmission({ webhook: "mutate", decide: mutate, resources: MUTATED, log, metrics }),
  };
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
