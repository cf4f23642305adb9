// Opens the tenant registry that the settings name, and what remembers its answers: for the service, and for commands.
import { readFile } from "node:fs/promises";
import { createAwsCredentials } from "./clients/aws-credentials.ts";
import { signAuthentication } from "./clients/sigv4.ts";
import { type Config, ConfigError, type RegistryConfig } from "./config.ts";
import type { BaselineStore } from "./generator/baseline.ts";
import { createConfigMapBaseline } from "./generator/config-map-baseline.ts";
import { createFileBaseline } from "./generator/file-baseline.ts";
import type { KubeClient } from "./kube/client.ts";
import { createLog } from "./log.ts";
import { type Clock, systemClock } from "./model/clock.ts";
import { describe } from "./model/errors.ts";
import type { Log } from "./model/log.ts";
import { createFileStore } from "./tenants/file.ts";
import { createKeyspacesStore } from "./tenants/keyspaces.ts";
import type { TenantStore } from "./tenants/store.ts";

/** ConfigMap in Landlord's own namespace; Events about refusals are about it. */
export const BASELINE_NAME = "landlord-generator";
/** Where there is no cluster and no other file was named. */
const BASELINE_FILE = "/var/lib/landlord/baseline.json";

/** In the cluster where there is one, unless a file was named. */
export function openBaseline(
  { namespace, generator: { baselineFile } }: Pick<Config, "namespace" | "generator">,
  { client, log }: { client: KubeClient | undefined; log: Log },
): BaselineStore {
  if (baselineFile !== undefined || client === undefined) {
    return createFileBaseline({ path: baselineFile ?? BASELINE_FILE });
  }
  return createConfigMapBaseline({ client, namespace, name: BASELINE_NAME, log });
}

/** Connects to nothing yet. Throws ConfigError for a file of certificates that was asked for and cannot be read. */
export async function openRegistry(
  config: RegistryConfig,
  { clock = systemClock, log = createLog("silent") }: { clock?: Clock; log?: Log } = {},
): Promise<TenantStore> {
  if (config.store === "file") return createFileStore({ path: config.file, clock, log });
  const { contactPoint, port, serverName, region, keyspace, table, consistency, pageSize } = config;
  const ca = await rootCertificates(config);
  return createKeyspacesStore({
    contactPoint,
    port,
    serverName,
    region,
    keyspace,
    table,
    consistency,
    pageSize,
    clock,
    log,
    ...(ca === undefined ? {} : { ca }),
    auth: config.auth.kind === "password" ? config.auth : { kind: "sigv4", sign: signer(region, clock) },
  });
}

/** PEM of what is trusted besides the system's roots. */
async function rootCertificates({ rootCertificates: { path, required } }: RegistryConfig): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (!required) return undefined;
    throw new ConfigError([`KEYSPACES_ROOT_CERT is ${JSON.stringify(path)}: ${describe(error)}`]);
  }
}

/** Answers the server's challenge with the credentials of the moment: they may have been renewed since the last connection. */
function signer(region: string, clock: Clock): (nonce: string) => Promise<string> {
  const credentials = createAwsCredentials();
  return async (nonce) =>
    signAuthentication({ region, nonce, at: new Date(clock.now()), credentials: await credentials() });
}
