// The role `initializer`: its watches on every replica, its work on the holder of the Lease.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Generator } from "../generator/generator.ts";
import { createInitializer } from "../initializer/initializer.ts";
import { createEventRecorder } from "../kube/events.ts";
import { NAMESPACE } from "../kube/kinds.ts";
import { runWithLease } from "../kube/lease.ts";
import { createListWatch, type ListWatch } from "../kube/list-watch.ts";
import type { Namespace } from "../model/kube-object.ts";
import { slimNamespace } from "../tenants/namespaces.ts";
import type { Cluster, Parts } from "./parts.ts";

/** One watch for admission and initializer. Only the latter reads conditions, so without it metadata is enough. */
export function watchNamespaces({ config, checks, ...shared }: Parts, { client }: Cluster): ListWatch<Namespace> {
  const metadataOnly = !config.roles.has("initializer");
  const namespaces = createListWatch<Namespace>({
    ...shared,
    client,
    kind: NAMESPACE,
    metadataOnly,
    transform: slimNamespace,
  });
  checks.push({ name: "namespaces", check: () => namespaces.synced() || "not read from the API server yet" });
  return namespaces;
}

/** What the generator knows of tenants. */
export type Registry = Pick<Generator, "row" | "subscribeRows">;

/** Contends for the Lease; the holder sets tenants up. Without a registry no tenant has variables. */
export function startInitializer(
  parts: Parts,
  { client, credentials }: Cluster,
  namespaces: ListWatch<Namespace>,
  registry?: Registry,
): void {
  const { config, clock, log, metrics, lifecycle, checks, background } = parts;
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
    ...(registry === undefined ? {} : { rowOf: (tenantId) => registry.row(tenantId) }),
  });
  registry?.subscribeRows(() => initializer.lookAgain());
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
