// The table of settings: name, how its text is read, default, and what the documentation says. A test compares it with the documentation.
import type { z } from "zod";
import { TENANT_LABEL } from "./model/labels.ts";
import {
  adminName,
  cqlName,
  dnsLabel,
  duration,
  durationOrZero,
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
  LANDLORD_CERTIFICATE_LIFETIME: setting(
    duration(3_600_000, 90 * 86_400_000),
    "7d",
    "Life of a certificate; it is renewed at two thirds.",
  ),
  LANDLORD_CERTIFICATE_AUTHORITY_LIFETIME: setting(
    duration(3 * 3_600_000, 3650 * 86_400_000),
    "365d",
    "Life of the CA, at least three times that of a certificate; its successor is made at two thirds.",
  ),
  LANDLORD_CERTIFICATE_FILES: setting(
    text(),
    undefined,
    "Directory with tls.crt, tls.key and ca.crt, such as cert-manager's Secret as a volume: they are served, re-read when they change, in place of certificates of Landlord's own.",
  ),
  LANDLORD_CLIENT_CA_FILE: setting(
    text(),
    undefined,
    "PEM file with the CAs of those who may call the webhooks, re-read when it changes: docs/certificates.md. If it is not set, anybody who reaches the port may.",
  ),
  LANDLORD_CLIENT_NAMES: setting(
    words(text(64), 1),
    "kube-apiserver",
    "Common names of the certificates that may call; counts where LANDLORD_CLIENT_CA_FILE is set.",
  ),
  LANDLORD_SHUTDOWN_TIMEOUT: setting(
    duration(1_000, 600_000),
    "20s",
    "How long a stop may take in all; what has not ended by then is cut off.",
  ),
  LANDLORD_SHUTDOWN_DRAIN: setting(
    durationOrZero(100, 300_000),
    "5s",
    "How long of it a replica still takes requests and asks its callers to go elsewhere: as long as a cluster needs to tell everybody that an endpoint is gone. At most half of it; 0: not at all.",
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
    words(adminName(), 0),
    "system:masters,kubeadm:cluster-admins",
    "Groups whose members may break a rule (it becomes a warning and an audit annotation) and move a namespace to another tenant.",
  ),
  LANDLORD_ADMIN_USERS: setting(words(adminName(), 0), "", "The same, by user name."),
  LANDLORD_SHARED_SOURCES: setting(
    words(sharedSource(), 0),
    "",
    "Flux sources that every tenant may use, each as Kind/namespace/name.",
  ),
  LANDLORD_POLICY_FILE: setting(
    text(),
    undefined,
    "File with the confinement policy, re-read when it changes: docs/reference/policy.md. What it says takes the place of the four settings before.",
  ),
  LANDLORD_POLICY_CONFIG_MAP: setting(
    subdomain(),
    undefined,
    "The same in a ConfigMap of LANDLORD_NAMESPACE, under the key policy.yaml; name one of the two. With neither, the defaults of docs/reference/policy.md hold.",
  ),
  LANDLORD_SURVEY_INTERVAL: setting(
    durationOrZero(60_000, 604_800_000),
    "1h",
    "How often what is in the cluster already is judged and reported. 0: only at the start and when the policy changes.",
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
  GENERATOR_TLS: setting(
    flag(),
    "false",
    "true: the plugin endpoint is HTTPS, with a certificate of Landlord's own in the Secret `landlord-generator-certificate`; needs a cluster. Argo CD must trust its CA (SSL_CERT_FILE of the controller).",
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

/** Every setting's value, where it has one. */
export type Read = { [Key in keyof typeof SETTINGS]: z.infer<(typeof SETTINGS)[Key]["read"]> };
