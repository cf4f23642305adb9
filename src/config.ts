// Settings: environment in, one frozen and complete Config out, or the list of every mistake. Nobody else reads the environment.
import type { z } from "zod";
import { TENANT_LABEL } from "./model/labels.ts";
import type { Sealed } from "./model/sealed.ts";
import {
  cqlName,
  dnsLabel,
  duration,
  flag,
  host,
  integer,
  labelKey,
  oneOf,
  roleName,
  type Setting,
  secretSetting,
  setting,
  sharedSource,
  subdomain,
  text,
  words,
} from "./setting.ts";

export const ROLES = ["webhooks", "generator", "initializer"] as const;
export type Role = (typeof ROLES)[number];

/** Every setting of the service, in the order of the documentation. */
export const SETTINGS = {
  LANDLORD_ROLES: setting(words(oneOf(ROLES), 1), ROLES.join(","), `Which parts run: any of ${ROLES.join(", ")}.`),
  LANDLORD_NAMESPACE: setting(
    dnsLabel(),
    "landlord",
    "Landlord's own namespace: its Lease, certificate Secret and Service live there.",
  ),
  LANDLORD_SERVICE_ACCOUNT: setting(
    subdomain(),
    "landlord",
    "Landlord's own ServiceAccount: only it may write the ready mark.",
  ),
  LANDLORD_IDENTITY: setting(
    text(253),
    undefined,
    "Name of this replica in the Lease and in Events; the host's name if it is not set.",
  ),
  LANDLORD_LOG_LEVEL: setting(
    oneOf(["debug", "info", "warn", "error", "silent"]),
    "info",
    "Log lines of this level and above: debug, info, warn, error or silent.",
  ),
  KUBECONFIG: setting(
    text(),
    undefined,
    "kubeconfig file, or several separated by a colon, for running outside a cluster. In a Pod it is left unset: the ServiceAccount is used.",
  ),
  LANDLORD_KUBE_CONTEXT: setting(text(), undefined, "Context of the kubeconfig; its current context if it is not set."),

  LANDLORD_BIND_ADDRESS: setting(text(), "0.0.0.0", "Address that the doors listen on."),
  LANDLORD_WEBHOOK_PORT: setting(integer(0, 65_535), "8443", "Port of the webhooks (HTTPS); 0 takes a free one."),
  LANDLORD_HEALTH_PORT: setting(
    integer(0, 65_535),
    "8080",
    "Port of /livez, /readyz and /metrics (HTTP); 0 takes a free one.",
  ),
  LANDLORD_WEBHOOK_CONFIGURATION: setting(
    subdomain(),
    "landlord",
    "Name of the MutatingWebhookConfiguration and of the ValidatingWebhookConfiguration whose caBundle is kept right.",
  ),
  LANDLORD_CERTIFICATE_NAMES: setting(
    words(host(), 1),
    undefined,
    "DNS names and IP addresses that the serving certificate is for. If it is not set: those of the Service `landlord` in LANDLORD_NAMESPACE; set it to the host where the webhooks are called by url.",
  ),
  LANDLORD_CERTIFICATE_SECRET: setting(
    subdomain(),
    "landlord-webhook-certificate",
    "Secret that holds the webhooks' CA and certificate, shared by all replicas.",
  ),
  LANDLORD_SHUTDOWN_TIMEOUT: setting(
    duration(1_000, 600_000),
    "20s",
    "How long a stop waits for answers and reconciles in hand.",
  ),

  LANDLORD_TENANT_LABEL_ALIASES: setting(
    words(labelKey(), 0),
    "",
    `Further label keys that make a Namespace a tenant's, after ${TENANT_LABEL}; for example toolkit.fluxcd.io/tenant.`,
  ),
  LANDLORD_PLATFORM_NAMESPACES: setting(
    words(dnsLabel(), 0),
    "kube-system,kube-public,kube-node-lease,default,flux-system,argocd",
    "Namespaces that are the platform's own: never provisioned, exempt from the field rules. Landlord's own is always one.",
  ),
  LANDLORD_ADMIN_GROUPS: setting(
    words(text(), 0),
    "system:masters",
    "Groups whose members may break a rule (it becomes a warning and an audit annotation) and move a namespace to another tenant.",
  ),
  LANDLORD_ADMIN_USERS: setting(words(text(), 0), "", "The same, by user name."),
  LANDLORD_SHARED_SOURCES: setting(
    words(sharedSource(), 0),
    "",
    "Flux sources that every tenant may use, each as Kind/namespace/name.",
  ),

  LANDLORD_CLUSTER_ROLE: setting(
    roleName(),
    "landlord-tenant",
    "ClusterRole that a tenant's ServiceAccount is bound to, within its namespace.",
  ),
  LANDLORD_ALLOWED_CLUSTER_ROLES: setting(
    words(roleName(), 1),
    "landlord-tenant",
    "ClusterRoles that may be bound at all; keep it equal to the names in Landlord's own `bind` rule.",
  ),
  LANDLORD_TOKEN_MODE: setting(
    oneOf(["legacy", "bound"]),
    "legacy",
    "legacy: a token without end in a service-account-token Secret. bound: a TokenRequest token in an Opaque Secret, renewed at 80 % of its life.",
  ),
  LANDLORD_TOKEN_WAIT: setting(
    duration(1_000, 3_600_000),
    "30s",
    "legacy: how long the token may be missing before the condition says TokenNotIssued. It is waited for either way.",
  ),
  LANDLORD_TOKEN_LIFETIME: setting(
    duration(600_000, 31_536_000_000),
    "24h",
    "bound: life of a token; the API server may give less.",
  ),
  LANDLORD_CONCURRENCY: setting(integer(1, 256), "16", "Namespaces that are worked on at once."),

  LANDLORD_TENANT_STORE: setting(
    oneOf(["file", "keyspaces"]),
    undefined,
    "Where tenants are registered: file or keyspaces. If it is not set: keyspaces where KEYSPACES_USERNAME is set, otherwise file.",
  ),
  LANDLORD_TENANTS_FILE: setting(text(), "/etc/landlord/tenants.yaml", "file: the registry, re-read when it changes."),
  AWS_REGION: setting(
    subdomain(),
    "us-east-1",
    "keyspaces: the region; also the data centre's name, and part of the endpoint's.",
  ),
  KEYSPACES_CONTACT_POINT: setting(
    host(),
    undefined,
    "keyspaces: the endpoint; `cassandra.<AWS_REGION>.amazonaws.com` if it is not set.",
  ),
  KEYSPACES_PORT: setting(integer(1, 65_535), "9142", "keyspaces: its port."),
  KEYSPACES_SERVER_NAME: setting(
    host(),
    undefined,
    "keyspaces: the name that its certificate must carry; the endpoint's if it is not set.",
  ),
  KEYSPACES_ROOT_CERT: setting(
    text(),
    "/certs/sf-class2-root.crt",
    "keyspaces: PEM file with authorities that are trusted besides the system's. It may be missing as long as it is not set.",
  ),
  KEYSPACES_KEYSPACE: setting(cqlName(), "tenant_ops", "keyspaces: the keyspace."),
  KEYSPACES_TABLE: setting(cqlName(), "tenant_configs", "keyspaces: the table."),
  KEYSPACES_CONSISTENCY: setting(
    oneOf(["LOCAL_QUORUM", "LOCAL_ONE", "ONE"]),
    "LOCAL_QUORUM",
    "keyspaces: consistency of reads. Less than LOCAL_QUORUM may miss a row, and a missed row is a deleted Application.",
  ),
  KEYSPACES_PAGE_SIZE: setting(integer(1, 10_000), "500", "keyspaces: rows asked for at once."),
  KEYSPACES_AUTH: setting(
    oneOf(["password", "sigv4"]),
    "password",
    "keyspaces: password (service-specific credentials) or sigv4 (the AWS credential chain: IRSA, Pod Identity, profiles).",
  ),
  KEYSPACES_USERNAME: setting(text(), undefined, "keyspaces, password: the user name."),
  KEYSPACES_PASSWORD: secretSetting("keyspaces, password: the password."),

  PORT: setting(integer(0, 65_535), "4355", "Port of the plugin endpoint; 0 takes a free one."),
  PLUGIN_TOKEN_FILE: setting(
    text(),
    "/var/run/argo/token",
    "File with the bearer token that Argo CD sends; re-read when it changes.",
  ),
  PLUGIN_PREVIOUS_TOKEN_FILE: setting(
    text(),
    undefined,
    "File with a token that is accepted besides, while it is being exchanged.",
  ),
  PLUGIN_TOKEN_RELOAD: setting(duration(100, 3_600_000), "2s", "How often the token files are looked at."),
  PLUGIN_TOKEN_OVERLAP: setting(
    duration(0, 86_400_000),
    "5m",
    "How long the token before the last change still opens.",
  ),
  GENERATOR_REFRESH_INTERVAL: setting(duration(100, 86_400_000), "30s", "How often the registry is scanned."),
  GENERATOR_MAX_STALE: setting(
    duration(100, 604_800_000),
    "1h",
    "Age beyond which a snapshot is no longer served: the answer is 503 then.",
  ),
  GENERATOR_COLD_WAIT: setting(
    duration(0, 29_000),
    "20s",
    "How long an answer waits for the first snapshot; below the 30 s that Argo CD waits.",
  ),
  GENERATOR_BODY_TIMEOUT: setting(duration(100, 14_000), "5s", "How long a request's body may take."),
  GENERATOR_BASELINE_FILE: setting(
    text(),
    undefined,
    "File that remembers what was served, for the guard. If it is not set: a ConfigMap `landlord-generator` in LANDLORD_NAMESPACE where there is a cluster, `/var/lib/landlord/baseline.json` otherwise.",
  ),
  GENERATOR_GUARD_MODE: setting(
    oneOf(["hold", "fail"]),
    "hold",
    "What happens when too many tenants are gone at once: hold goes on serving the former tenants (new ones still come in), fail answers 503.",
  ),
  GENERATOR_GUARD_MAX_REMOVALS: setting(
    integer(0, 1_000_000),
    "5",
    "Tenants that may vanish at once; the greater of this and the next counts.",
  ),
  GENERATOR_GUARD_MAX_PERCENT: setting(integer(0, 100), "10", "The same in percent of what was served."),
  GENERATOR_GUARD_SCANS: setting(
    integer(1, 100),
    "2",
    "Complete scans in a row that must miss a tenant before it is taken out.",
  ),
  GENERATOR_PARAMS_OVERRIDE: setting(
    flag(),
    "false",
    "true: a tenant's params may overwrite namespace, cluster, repoURL, path and tenantId, as in the Rust plugin.",
  ),
  GENERATOR_PUSH: setting(
    flag(),
    "false",
    "true: ApplicationSets that use this plugin are refreshed when tenants change. Needs the rights of manifests/generator.",
  ),
  GENERATOR_PUSH_CONFIG_MAPS: setting(
    words(subdomain(), 0),
    "landlord-generator-plugin",
    "Names of the ConfigMaps by which ApplicationSets refer to this plugin.",
  ),
} satisfies Record<string, Setting<unknown>>;

type Read = { [Key in keyof typeof SETTINGS]: z.infer<(typeof SETTINGS)[Key]["read"]> };

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
  shutdownTimeoutMs: number;
  tenantLabels: readonly string[];
  platformNamespaces: ReadonlySet<string>;
  adminGroups: ReadonlySet<string>;
  adminUsers: ReadonlySet<string>;
  sharedSources: Read["LANDLORD_SHARED_SOURCES"];
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
    shutdownTimeoutMs: read.LANDLORD_SHUTDOWN_TIMEOUT,
    tenantLabels: [TENANT_LABEL, ...read.LANDLORD_TENANT_LABEL_ALIASES],
    platformNamespaces: new Set([...read.LANDLORD_PLATFORM_NAMESPACES, read.LANDLORD_NAMESPACE]),
    adminGroups: new Set(read.LANDLORD_ADMIN_GROUPS),
    adminUsers: new Set(read.LANDLORD_ADMIN_USERS),
    sharedSources: read.LANDLORD_SHARED_SOURCES,
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
