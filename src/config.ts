// Settings: environment in, one frozen and complete Config out, or the list of every mistake. Nobody else reads the environment.
import { TENANT_LABEL } from "./model/labels.ts";
import type { Sealed } from "./model/sealed.ts";
import type { Setting } from "./setting.ts";
import { type Read, type Role, SETTINGS } from "./settings.ts";

export interface Config {
  roles: ReadonlySet<Role>;
  namespace: string;
  /** Landlord's own user name, as the API server sees it. */
  ownUser: string;
  identity: string | undefined;
  logLevel: Read["LANDLORD_LOG_LEVEL"];
  kubeconfig: string | undefined;
  kubeContext: string | undefined;
  bindAddress: string;
  webhookPort: number;
  healthPort: number;
  webhookConfiguration: string;
  certificateNames: string[];
  certificateSecret: string;
  certificateLives: { leafMs: number; authorityMs: number };
  /** Directory of the certificate where it is not managed. */
  certificateFiles: string | undefined;
  /** Undefined: anybody may call the webhooks. */
  clientCaFile: string | undefined;
  clientNames: ReadonlySet<string>;
  shutdownTimeoutMs: number;
  drainMs: number;
  tenantLabels: readonly string[];
  platformNamespaces: ReadonlySet<string>;
  adminGroups: ReadonlySet<string>;
  adminUsers: ReadonlySet<string>;
  sharedSources: Read["LANDLORD_SHARED_SOURCES"];
  /** Where the confinement policy is; undefined: the defaults hold. */
  policySource: { path: string } | { configMap: string } | undefined;
  /** 0: no walk but the first, and one for each policy. */
  surveyIntervalMs: number;
  clusterRole: string;
  tokenMode: Read["LANDLORD_TOKEN_MODE"];
  tokenWaitMs: number;
  tokenLifetimeSeconds: number;
  concurrency: number;
  registry: RegistryConfig;
  generator: GeneratorConfig;
  /** Where the API server is, when running in a Pod; undefined elsewhere. */
  inCluster: { host: string; port: string } | undefined;
}

export interface RegistryConfig {
  store: "file" | "keyspaces";
  file: string;
  region: string;
  contactPoint: string;
  port: number;
  serverName: string;
  /** `required`: it was asked for by name, so it must be there. */
  rootCertificates: { path: string; required: boolean };
  keyspace: string;
  table: string;
  consistency: Read["KEYSPACES_CONSISTENCY"];
  pageSize: number;
  auth: { kind: "password"; username: string; password: Sealed } | { kind: "sigv4" };
}

export interface GeneratorConfig {
  port: number;
  tokenFile: string;
  previousTokenFile: string | undefined;
  tokenReloadMs: number;
  tokenOverlapMs: number;
  refreshIntervalMs: number;
  maxStaleMs: number;
  coldWaitMs: number;
  bodyTimeoutMs: number;
  tls: boolean;
  baselineFile: string | undefined;
  guard: { mode: "hold" | "fail"; maxRemovals: number; maxPercent: number; scans: number };
  paramsOverride: boolean;
  push: { enabled: boolean; configMaps: string[] };
}

/** Every mistake in the environment, one line each: name, value, what is allowed. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(`settings: ${mistakes.join("; ")}`);
    this.mistakes = mistakes;
  }
}

export type Environment = Record<string, string | undefined>;

/** The process's own environment with `overrides` from the command line on top. */
export const environment = (overrides: Environment = {}): Environment => ({ ...process.env, ...overrides });

/** Reads all settings. Throws ConfigError with every mistake. */
export function loadConfig(env: Environment): Config {
  const mistakes: string[] = [];
  const read: Record<string, unknown> = {};
  for (const [name, { read: schema, fallback, secret = false }] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const given = env[name] === undefined || env[name] === "" ? fallback : env[name];
    if (given === undefined) continue;
    const result = schema.safeParse(given);
    if (result.success) read[name] = result.data;
    else
      mistakes.push(
        ...result.error.issues.map(({ message }) => `${name} is ${secret ? "wrong" : quoted(given)}: ${message}`),
      );
  }
  mistakes.push(...contradictions(read), ...unknownSettings(env));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every key was read by its own schema
  return complete(read as Read, env);
}

function complete(read: Read, env: Environment): Config {
  const apiServer = env["KUBERNETES_SERVICE_HOST"];
  return Object.freeze({
    roles: new Set(read.LANDLORD_ROLES),
    namespace: read.LANDLORD_NAMESPACE,
    ownUser: `system:serviceaccount:${read.LANDLORD_NAMESPACE}:${read.LANDLORD_SERVICE_ACCOUNT}`,
    identity: read.LANDLORD_IDENTITY,
    logLevel: read.LANDLORD_LOG_LEVEL,
    kubeconfig: read.KUBECONFIG,
    kubeContext: read.LANDLORD_KUBE_CONTEXT,
    bindAddress: read.LANDLORD_BIND_ADDRESS,
    webhookPort: read.LANDLORD_WEBHOOK_PORT,
    healthPort: read.LANDLORD_HEALTH_PORT,
    webhookConfiguration: read.LANDLORD_WEBHOOK_CONFIGURATION,
    certificateNames: read.LANDLORD_CERTIFICATE_NAMES ?? serviceNames(read.LANDLORD_NAMESPACE),
    certificateSecret: read.LANDLORD_CERTIFICATE_SECRET,
    certificateLives: {
      leafMs: read.LANDLORD_CERTIFICATE_LIFETIME,
      authorityMs: read.LANDLORD_CERTIFICATE_AUTHORITY_LIFETIME,
    },
    certificateFiles: read.LANDLORD_CERTIFICATE_FILES,
    clientCaFile: read.LANDLORD_CLIENT_CA_FILE,
    clientNames: new Set(read.LANDLORD_CLIENT_NAMES),
    shutdownTimeoutMs: read.LANDLORD_SHUTDOWN_TIMEOUT,
    drainMs: Math.min(read.LANDLORD_SHUTDOWN_DRAIN, read.LANDLORD_SHUTDOWN_TIMEOUT / 2),
    tenantLabels: [TENANT_LABEL, ...read.LANDLORD_TENANT_LABEL_ALIASES],
    platformNamespaces: new Set([...read.LANDLORD_PLATFORM_NAMESPACES, read.LANDLORD_NAMESPACE]),
    adminGroups: new Set(read.LANDLORD_ADMIN_GROUPS),
    adminUsers: new Set(read.LANDLORD_ADMIN_USERS),
    sharedSources: read.LANDLORD_SHARED_SOURCES,
    policySource: policySourceOf(read),
    surveyIntervalMs: read.LANDLORD_SURVEY_INTERVAL,
    clusterRole: read.LANDLORD_CLUSTER_ROLE,
    tokenMode: read.LANDLORD_TOKEN_MODE,
    tokenWaitMs: read.LANDLORD_TOKEN_WAIT,
    tokenLifetimeSeconds: Math.floor(read.LANDLORD_TOKEN_LIFETIME / 1000),
    concurrency: read.LANDLORD_CONCURRENCY,
    registry: registryOf(read, env),
    generator: generatorOf(read),
    inCluster: apiServer === undefined ? undefined : { host: apiServer, port: env["KUBERNETES_SERVICE_PORT"] ?? "443" },
  });
}

function policySourceOf({
  LANDLORD_POLICY_FILE: path,
  LANDLORD_POLICY_CONFIG_MAP: configMap,
}: Read): Config["policySource"] {
  if (path !== undefined) return { path };
  return configMap === undefined ? undefined : { configMap };
}

function registryOf(read: Read, env: Environment): RegistryConfig {
  const endpoint = `cassandra.${read.AWS_REGION}.amazonaws.com`;
  const contactPoint = read.KEYSPACES_CONTACT_POINT ?? endpoint;
  const store = storeOf(read);
  const { KEYSPACES_USERNAME: username, KEYSPACES_PASSWORD: password } = read;
  return {
    store,
    file: read.LANDLORD_TENANTS_FILE,
    region: read.AWS_REGION,
    contactPoint,
    port: read.KEYSPACES_PORT,
    serverName: read.KEYSPACES_SERVER_NAME ?? contactPoint,
    rootCertificates: { path: read.KEYSPACES_ROOT_CERT, required: Boolean(env["KEYSPACES_ROOT_CERT"]) },
    keyspace: read.KEYSPACES_KEYSPACE,
    table: read.KEYSPACES_TABLE,
    consistency: read.KEYSPACES_CONSISTENCY,
    pageSize: read.KEYSPACES_PAGE_SIZE,
    auth:
      read.KEYSPACES_AUTH === "password" && username !== undefined && password !== undefined
        ? { kind: "password", username, password }
        : { kind: "sigv4" },
  };
}

function generatorOf(read: Read): GeneratorConfig {
  return {
    port: read.PORT,
    tokenFile: read.PLUGIN_TOKEN_FILE,
    previousTokenFile: read.PLUGIN_PREVIOUS_TOKEN_FILE,
    tokenReloadMs: read.PLUGIN_TOKEN_RELOAD,
    tokenOverlapMs: read.PLUGIN_TOKEN_OVERLAP,
    refreshIntervalMs: read.GENERATOR_REFRESH_INTERVAL,
    maxStaleMs: read.GENERATOR_MAX_STALE,
    coldWaitMs: read.GENERATOR_COLD_WAIT,
    bodyTimeoutMs: read.GENERATOR_BODY_TIMEOUT,
    tls: read.GENERATOR_TLS,
    baselineFile: read.GENERATOR_BASELINE_FILE,
    guard: {
      mode: read.GENERATOR_GUARD_MODE,
      maxRemovals: read.GENERATOR_GUARD_MAX_REMOVALS,
      maxPercent: read.GENERATOR_GUARD_MAX_PERCENT,
      scans: read.GENERATOR_GUARD_SCANS,
    },
    paramsOverride: read.GENERATOR_PARAMS_OVERRIDE,
    push: { enabled: read.GENERATOR_PUSH, configMaps: read.GENERATOR_PUSH_CONFIG_MAPS },
  };
}

const serviceNames = (namespace: string): string[] => [
  `landlord.${namespace}.svc`,
  `landlord.${namespace}.svc.cluster.local`,
];

/** Of the tools around the service (sandbox, tests): not settings, and no mistake either. */
const TOOL_VARIABLES = [
  "LANDLORD_CACHE",
  "LANDLORD_KUBE_ASSETS",
  "LANDLORD_CASSANDRA_LIB",
  "LANDLORD_ARGOCD_ASSETS",
  "LANDLORD_FLUX_ASSETS",
  "LANDLORD_REQUIRE_ALL",
  "LANDLORD_SANDBOX",
];
/** What kubelet sets in Pods for a Service called landlord or landlord-…. */
const SERVICE_VARIABLE = /^LANDLORD_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\w+)?)$/;

/** Settings that are right each by itself, and wrong together. */
function contradictions(read: Partial<Read>): string[] {
  const mistakes: string[] = [];
  const { LANDLORD_CLUSTER_ROLE: role, LANDLORD_ALLOWED_CLUSTER_ROLES: allowed } = read;
  if (role !== undefined && allowed !== undefined && !allowed.includes(role)) {
    mistakes.push(
      `LANDLORD_CLUSTER_ROLE is ${quoted(role)}: must be one of LANDLORD_ALLOWED_CLUSTER_ROLES (${allowed.join(", ")})`,
    );
  }
  if (read.LANDLORD_POLICY_FILE !== undefined && read.LANDLORD_POLICY_CONFIG_MAP !== undefined) {
    mistakes.push(
      "LANDLORD_POLICY_FILE and LANDLORD_POLICY_CONFIG_MAP are both set: the policy comes from one of them",
    );
  }
  const { LANDLORD_CERTIFICATE_LIFETIME: leaf, LANDLORD_CERTIFICATE_AUTHORITY_LIFETIME: authority } = read;
  if (leaf !== undefined && authority !== undefined && authority < 3 * leaf) {
    mistakes.push(
      "LANDLORD_CERTIFICATE_AUTHORITY_LIFETIME is less than three times LANDLORD_CERTIFICATE_LIFETIME: leaves would be cut short",
    );
  }
  if (storeOf(read) !== "keyspaces" || read.KEYSPACES_AUTH !== "password") return mistakes;
  for (const name of ["KEYSPACES_USERNAME", "KEYSPACES_PASSWORD"] as const) {
    if (read[name] === undefined) mistakes.push(`${name} is not set: KEYSPACES_AUTH=password needs it, sigv4 does not`);
  }
  return mistakes;
}

const storeOf = (read: Partial<Read>): "file" | "keyspaces" =>
  read.LANDLORD_TENANT_STORE ?? (read.KEYSPACES_USERNAME === undefined ? "file" : "keyspaces");

/** Names that look like settings and are none: a typing mistake must not go unseen. */
function unknownSettings(env: Environment): string[] {
  const inPod = env["KUBERNETES_SERVICE_HOST"] !== undefined;
  return Object.keys(env)
    .filter((name) => name.startsWith("LANDLORD_") && !Object.hasOwn(SETTINGS, name))
    .filter((name) => !TOOL_VARIABLES.includes(name) && !(inPod && SERVICE_VARIABLE.test(name)))
    .map((name) => `${name} is not a setting: docs/reference/settings.md lists those there are`);
}

const quoted = (given: string): string => JSON.stringify(given.length > 80 ? `${given.slice(0, 79)}…` : given);
