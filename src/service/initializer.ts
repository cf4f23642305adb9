// The role `initializer`: its watches on every replica, its work on the holder of the Lease.
import type { Generator } from "../generator/generator.ts";
import { createInitializer } from "../initializer/initializer.ts";
import { NAMESPACE } from "../kube/kinds.ts";
import { createListWatch, type ListWatch } from "../kube/list-watch.ts";
import type { Namespace } from "../model/kube-object.ts";
import { slimNamespace } from "../tenants/namespaces.ts";
import { createLeading } from "./leading.ts";
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
  cluster: Cluster,
  namespaces: ListWatch<Namespace>,
  registry?: Registry,
): void {
  const { config, clock, log, metrics, checks, background } = parts;
  const leading = createLeading(parts, cluster, { role: "initializer", lease: "landlord", leader: metrics.leader });
  const initializer = createInitializer({
    client: leading.client,
    namespaces,
    events: leading.events,
    clock,
    log,
    metrics,
    settings: config,
    clusterCa: () => cluster.credentials.ca ?? "",
    ...(registry === undefined ? {} : { rowOf: (tenantId) => registry.row(tenantId) }),
  });
  registry?.subscribeRows(() => initializer.lookAgain());
  for (const watch of initializer.watches) background("watch of managed objects", (signal) => watch.run(signal));
  const synced = (): boolean => initializer.watches.every((watch) => watch.synced());
  checks.push({ name: "managed objects", check: () => synced() || "not read from the API server yet" });
  leading.run((signal) => initializer.lead(signal));
}
