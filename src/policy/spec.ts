// The keys of a policy's `spec`: what each may hold, and what the documentation says of it. Tests compare both with the schema and the page.
import { z } from "zod";
import { PROFILES } from "../../webhooks/policy.ts";
import {
  adminName,
  controllerName,
  fields,
  flag,
  keyOrPrefix,
  kindName,
  labelKey,
  labelValue,
  listOf,
  mapOf,
  namespaceName,
  objectName,
  objectNameOrNone,
  oneOf,
  roleName,
  serverUrl,
  setOf,
  text,
  time,
  urlEntry,
} from "./values.ts";

/** What a value is compared with that the file alone does not tell. */
export interface Known {
  /** Ids that an exception may name. */
  ruleIds: ReadonlySet<string>;
  /** Whether tenants cannot change a label of their Namespace. */
  isProtected: (labelKey: string) => boolean;
}

/** Objections that are no rule's, and can be made to warn as well. */
const OTHER_OBJECTIONS = ["unknown-namespace", "terminating-namespace", "unknown-resource"];
/** As Argo CD names them in an ApplicationSet. `clusters`, which finds every cluster, may be listed and is denied all the same. */
const GENERATORS = [
  "list",
  "git",
  "scmProvider",
  "pullRequest",
  "matrix",
  "merge",
  "plugin",
  "clusterDecisionResource",
  "clusters",
];

/** Every key may be left out. Texts become values of the policy: lists Sets, maps Maps, times milliseconds, URLs their parts. */
export function specSchema({ ruleIds, isProtected }: Known) {
  const knownRule = text(63).refine((id) => ruleIds.has(id), UNKNOWN_RULE);
  const mayWarn = text(63).refine((id) => ruleIds.has(id) || OTHER_OBJECTIONS.includes(id), UNKNOWN_RULE);
  const protectedLabel = labelKey().refine(
    isProtected,
    "must be a label that tenants cannot change: list it in protectedKeys, or use a tenant label",
  );
  const scope = {
    namespaces: listOf(namespaceName(), 1).optional(),
    matchLabels: mapOf(protectedLabel, labelValue())
      .refine(({ size }) => size > 0, "must have at least one label; leave the key out if there is none")
      .optional(),
  };
  const namesByNamespace = mapOf(namespaceName(), listOf(objectName()));
  const exception = fields({
    namespace: namespaceName(),
    kind: kindName(),
    name: objectName(),
    field: text(),
    value: z.unknown().optional(),
    rule: knownRule.optional(),
    expiry: time().optional(),
    reason: text().optional(),
  });

  return fields({
    profile: key(
      oneOf(PROFILES),
      "baseline denies what crosses a boundary; strict also wants the fields said that keep it from doing so. Default: strict.",
    ),
    profiles: key(
      listOf(fields({ profile: oneOf(PROFILES), ...scope })),
      "Another profile for some namespaces, by `namespaces` or by `matchLabels` of the Namespace; the first entry that fits wins. Default: none.",
    ),
    tenants: key(
      mapOf(namespaceName(), text(253)).nullable(),
      "Namespace to tenant, in place of the Namespaces' labels. Default: null, the labels decide.",
    ),
    tenantsBeingDeleted: key(
      setOf(namespaceName()),
      "Namespaces whose tenant is on its way out: nothing new is admitted there. Default: none.",
    ),
    tenantNamespaceSets: key(
      flag(),
      "true: K2, H2 and A2 let a tenant's objects go to all of its namespaces. Default: false.",
    ),
    platformNamespaces: key(
      setOf(namespaceName()),
      "Namespaces that the rules about fields leave alone. Landlord's own is always one. Default: LANDLORD_PLATFORM_NAMESPACES.",
    ),
    adminGroups: key(
      setOf(adminName()),
      "Groups whose members may break a rule: it becomes a warning and an audit annotation. Default: LANDLORD_ADMIN_GROUPS.",
    ),
    adminUsers: key(setOf(adminName()), "The same, by user name. Default: LANDLORD_ADMIN_USERS."),
    controllers: key(
      setOf(controllerName()),
      "User names of the platform's own controllers. Landlord's own is always one. Default: Flux's controllers in flux-system (its operator too where resourceSets are enabled), Argo CD's application and ApplicationSet controllers in argoNamespace.",
    ),
    exceptions: key(
      listOf(exception),
      "One value of one field of one object that is let through; everything else about the object is judged. Without `value` the field may be missing. `rule`: only that rule lets it; `expiry`: no longer from that time on; `reason`: for people. Default: none.",
    ),
    warnOnly: key(
      listOf(fields({ rules: setOf(mayWarn, 1).optional(), ...scope })),
      "Rules that warn instead of denying, by `rules` (left out: all), in the namespaces of `namespaces` or `matchLabels` (left out: all). Default: none.",
    ),
    allowedServiceAccounts: key(
      namesByNamespace.nullable(),
      "Namespace to ServiceAccounts that its Flux objects may name; a namespace that is not listed has none. Default: null, each namespace has the one of its own name.",
    ),
    defaultServiceAccount: key(
      objectNameOrNone(),
      'What the Flux controllers run with as --default-service-account. Default: "", none.',
    ),
    sharedSources: key(
      listOf(fields({ kind: kindName(), namespace: namespaceName(), name: objectName() })),
      "Flux sources of other namespaces that every tenant may use. Default: LANDLORD_SHARED_SOURCES.",
    ),
    allowExternalArtifact: key(flag(), "true: ExternalArtifact may be a source. Default: false."),
    allowedKubeConfigSecrets: key(
      namesByNamespace,
      "Namespace to Secrets that a kubeConfig may name; tenants must not be able to write them. Default: none.",
    ),
    shardLabels: key(
      listOf(labelKey()),
      "Labels by which a Flux controller chooses its objects. Default: sharding.fluxcd.io/key.",
    ),
    allowedShards: key(
      mapOf(namespaceName(), listOf(labelValue())),
      "Namespace to values that a shard label may have. Default: none.",
    ),
    allowedSourceUrls: key(
      listOf(urlEntry()).nullable(),
      "URLs that tenants' sources may have: scheme, host, and the beginning of the path by whole segments; a host may begin with `*.`. Default: null, any.",
    ),
    protectedKeys: key(
      listOf(keyOrPrefix()),
      "Labels and annotations of Namespaces that only the platform changes; `x/` stands for all that begin so. `landlord.dev/` and the tenant labels always are. Default: landlord.dev/, toolkit.fluxcd.io/tenant, pod-security.kubernetes.io/, kubernetes.io/metadata.name.",
    ),
    wideClusterRoles: key(
      setOf(roleName()),
      "ClusterRoles that hold impersonate, escalate or bind, besides those of which the cluster itself tells it. Default: none.",
    ),
    resourceSets: key(
      fields({ enabled: flag().optional() }),
      "`enabled: true`: tenants may have ResourceSets. Default: false.",
    ),
    argoNamespace: key(namespaceName(), "Argo CD's own namespace. Default: argocd."),
    allowedProjects: key(
      mapOf(namespaceName(), listOf(objectName())),
      "Namespace to AppProjects that its Applications may name. Default: none.",
    ),
    allowedServers: key(
      listOf(serverUrl()),
      "Clusters that Applications may go to, by URL. Default: https://kubernetes.default.svc.",
    ),
    allowedClusterNames: key(listOf(text(253)), "The same, by name. Default: in-cluster."),
    allowedRepos: key(
      listOf(urlEntry()),
      "URLs that Applications may take content from, as allowedSourceUrls. Default: none, which denies every source: set it where there is Argo CD.",
    ),
    allowedPlugins: key(listOf(text(253)), "Config management plugins that Applications may name. Default: none."),
    applicationSets: key(
      fields({ enabled: flag().optional(), generators: listOf(oneOf(GENERATORS)).optional() }),
      "`enabled: true`: tenants may have ApplicationSets with these `generators`. Default: false, none.",
    ),
    unknownResources: key(oneOf(["deny", "allow"]), "What becomes of resources that no rule is about. Default: deny."),
    defaulting: key(
      fields({ serviceAccountName: flag().optional(), targetNamespace: flag().optional() }),
      "Fields that are filled in where a new Flux object leaves them out, each `true` or `false`. Default: neither.",
    ),
  });
}

const UNKNOWN_RULE = "must be the id of a rule, such as K1: docs/reference/rules.md lists them";

/** A key that may be left out, with its line in documentation and editors. */
function key<Schema extends z.ZodType>(schema: Schema, about: string) {
  return schema.optional().meta({ description: about });
}

/** What a policy file's spec comes to; what was left out is undefined. */
export type PolicySpec = z.output<ReturnType<typeof specSchema>>;
