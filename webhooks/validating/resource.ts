// The resources that rules are about. Group and plural decide, never the kind: kustomize's own file format is a Kustomization too.

export interface Resource {
  group: string;
  resource: string;
  kind: string;
  /** The version to use, and those that Flux or Argo CD have deprecated or removed. */
  version: string;
  deprecated: readonly string[];
  /** Left out: namespaced. */
  clusterScoped?: true;
}

const SOURCE = "source.toolkit.fluxcd.io";
const NOTIFICATION = "notification.toolkit.fluxcd.io";
const IMAGE = "image.toolkit.fluxcd.io";
const OPERATOR = "fluxcd.controlplane.io";
const ARGO = "argoproj.io";
const RBAC = "rbac.authorization.k8s.io";

export const KUSTOMIZATIONS: Resource = {
  group: "kustomize.toolkit.fluxcd.io",
  resource: "kustomizations",
  kind: "Kustomization",
  version: "v1",
  deprecated: ["v1beta1", "v1beta2"],
};
export const HELM_RELEASES: Resource = {
  group: "helm.toolkit.fluxcd.io",
  resource: "helmreleases",
  kind: "HelmRelease",
  version: "v2",
  deprecated: ["v2beta1", "v2beta2"],
};

export const GIT_REPOSITORIES = source("gitrepositories", "GitRepository");
export const OCI_REPOSITORIES = source("ocirepositories", "OCIRepository");
export const HELM_REPOSITORIES = source("helmrepositories", "HelmRepository");
export const BUCKETS = source("buckets", "Bucket");
export const HELM_CHARTS = source("helmcharts", "HelmChart");
export const EXTERNAL_ARTIFACTS = source("externalartifacts", "ExternalArtifact");
export const ARTIFACT_GENERATORS: Resource = {
  group: "source.extensions.fluxcd.io",
  resource: "artifactgenerators",
  kind: "ArtifactGenerator",
  version: "v1beta1",
  deprecated: [],
};

export const ALERTS: Resource = {
  group: NOTIFICATION,
  resource: "alerts",
  kind: "Alert",
  version: "v1beta3",
  deprecated: ["v1beta1", "v1beta2"],
};
export const PROVIDERS: Resource = {
  group: NOTIFICATION,
  resource: "providers",
  kind: "Provider",
  version: "v1beta3",
  deprecated: ["v1beta1", "v1beta2"],
};
export const RECEIVERS: Resource = {
  group: NOTIFICATION,
  resource: "receivers",
  kind: "Receiver",
  version: "v1",
  deprecated: ["v1beta1", "v1beta2"],
};

export const IMAGE_REPOSITORIES = image("imagerepositories", "ImageRepository");
export const IMAGE_POLICIES = image("imagepolicies", "ImagePolicy");
export const IMAGE_UPDATE_AUTOMATIONS = image("imageupdateautomations", "ImageUpdateAutomation");

export const RESOURCE_SETS = operator("resourcesets", "ResourceSet");
export const RESOURCE_SET_INPUT_PROVIDERS = operator("resourcesetinputproviders", "ResourceSetInputProvider");
export const FLUX_INSTANCES = operator("fluxinstances", "FluxInstance");
export const FLUX_REPORTS = operator("fluxreports", "FluxReport");

export const APPLICATIONS = argo("applications", "Application");
export const APPLICATION_SETS = argo("applicationsets", "ApplicationSet");
export const APP_PROJECTS = argo("appprojects", "AppProject");

export const NAMESPACES: Resource = {
  group: "",
  resource: "namespaces",
  kind: "Namespace",
  version: "v1",
  deprecated: [],
  clusterScoped: true,
};
export const ROLE_BINDINGS: Resource = {
  group: RBAC,
  resource: "rolebindings",
  kind: "RoleBinding",
  version: "v1",
  deprecated: [],
};
export const CLUSTER_ROLE_BINDINGS: Resource = {
  group: RBAC,
  resource: "clusterrolebindings",
  kind: "ClusterRoleBinding",
  version: "v1",
  deprecated: [],
  clusterScoped: true,
};

/** What Flux's controllers and its operator act on. */
export const FLUX_RESOURCES: readonly Resource[] = [
  KUSTOMIZATIONS,
  HELM_RELEASES,
  GIT_REPOSITORIES,
  OCI_REPOSITORIES,
  HELM_REPOSITORIES,
  BUCKETS,
  HELM_CHARTS,
  EXTERNAL_ARTIFACTS,
  ARTIFACT_GENERATORS,
  ALERTS,
  PROVIDERS,
  RECEIVERS,
  IMAGE_REPOSITORIES,
  IMAGE_POLICIES,
  IMAGE_UPDATE_AUTOMATIONS,
  RESOURCE_SETS,
  RESOURCE_SET_INPUT_PROVIDERS,
  FLUX_INSTANCES,
  FLUX_REPORTS,
];

function source(resource: string, kind: string): Resource {
  return { group: SOURCE, resource, kind, version: "v1", deprecated: ["v1beta1", "v1beta2"] };
}

function image(resource: string, kind: string): Resource {
  return { group: IMAGE, resource, kind, version: "v1", deprecated: ["v1beta1", "v1beta2"] };
}

function operator(resource: string, kind: string): Resource {
  return { group: OPERATOR, resource, kind, version: "v1", deprecated: [] };
}

function argo(resource: string, kind: string): Resource {
  return { group: ARGO, resource, kind, version: "v1alpha1", deprecated: [] };
}
