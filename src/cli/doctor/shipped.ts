// What manifests/ says of Landlord's rights and webhooks, in the words of one installation. The files lie beside the program: there is no second text.
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import type { InstallationSettings } from "../installation.ts";

/** One rule of a Role or ClusterRole. */
export interface RightsRule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

export interface WebhookRule {
  apiGroups: string[];
  apiVersions: string[];
  resources: string[];
  operations: string[];
  scope?: string;
}

export interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

export interface Selector {
  matchExpressions?: Requirement[];
  matchLabels?: Record<string, string>;
}

/** One webhook of a configuration, as the API server keeps it or as manifests/ has it. */
export interface Webhook {
  name: string;
  clientConfig: {
    service?: { namespace: string; name: string; path?: string; port?: number };
    url?: string;
    caBundle?: string;
  };
  rules?: WebhookRule[];
  matchConditions?: { name: string; expression: string }[];
  namespaceSelector?: Selector;
  objectSelector?: Selector;
  failurePolicy?: string;
  matchPolicy?: string;
  sideEffects?: string;
  reinvocationPolicy?: string;
  timeoutSeconds?: number;
}

export interface Shipped {
  clusterRole: RightsRule[];
  role: RightsRule[];
  mutating: Webhook[];
  validating: Webhook[];
}

interface Manifest {
  kind: string;
  rules?: RightsRule[];
  webhooks?: Webhook[];
}

/** Names in the manifests, which an installation may have changed together with the settings. */
const NAMESPACE = "landlord";
const OWN_USER = "system:serviceaccount:landlord:landlord";
/** The folder lies three above the sources, and four above the compiled output. */
const FOLDERS = ["../../../manifests/base", "../../../../manifests/base"];

/** Reads the manifests from disk; throws if they are not where they are shipped. */
export function shippedManifests(settings: InstallationSettings): Shipped {
  return shippedOf(["cluster-role.yaml", "role.yaml", "webhooks.yaml"].flatMap(read), settings);
}

export function shippedOf(manifests: readonly Manifest[], settings: InstallationSettings): Shipped {
  const of = (kind: string): Manifest => manifests.find((manifest) => manifest.kind === kind) ?? { kind };
  const rights = (kind: string): RightsRule[] => (of(kind).rules ?? []).map((rule) => renamedRule(rule, settings));
  const webhooks = (kind: string): Webhook[] =>
    (of(kind).webhooks ?? []).map((webhook) => renamedWebhook(webhook, settings));
  return {
    clusterRole: rights("ClusterRole"),
    role: rights("Role"),
    mutating: webhooks("MutatingWebhookConfiguration"),
    validating: webhooks("ValidatingWebhookConfiguration"),
  };
}

function read(file: string): Manifest[] {
  for (const folder of FOLDERS) {
    try {
      const text = readFileSync(new URL(`${folder}/${file}`, import.meta.url), "utf8");
      return parseAllDocuments(text).map((document): Manifest => document.toJS());
    } catch {
      // not there: the next one is
    }
  }
  throw new Error(`read manifests/base/${file}: no such file beside the program`);
}

function renamedRule(
  rule: RightsRule,
  { clusterRole, webhookConfiguration, certificateSecret }: InstallationSettings,
): RightsRule {
  if (rule.resourceNames === undefined) return rule;
  const names: Record<string, string> = {
    clusterroles: clusterRole,
    mutatingwebhookconfigurations: webhookConfiguration,
    secrets: certificateSecret,
  };
  const renamed = names[rule.resources[0] ?? ""];
  return renamed === undefined ? rule : { ...rule, resourceNames: [renamed] };
}

function renamedWebhook(webhook: Webhook, { namespace, ownUser }: InstallationSettings): Webhook {
  const { clientConfig, namespaceSelector, matchConditions } = webhook;
  const { service } = clientConfig;
  const requirements = namespaceSelector?.matchExpressions?.map((requirement) => ({
    ...requirement,
    ...(requirement.values === undefined
      ? {}
      : { values: requirement.values.map((value) => (value === NAMESPACE ? namespace : value)) }),
  }));
  const conditions = matchConditions?.map(({ name, expression }) => ({
    name,
    expression: expression.replaceAll(OWN_USER, ownUser),
  }));
  return {
    ...webhook,
    ...(service === undefined ? {} : { clientConfig: { service: { ...service, namespace } } }),
    ...(requirements === undefined ? {} : { namespaceSelector: { matchExpressions: requirements } }),
    ...(conditions === undefined ? {} : { matchConditions: conditions }),
  };
}
