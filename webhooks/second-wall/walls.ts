// Which objects the second wall is made of: one policy for each group of resources that the same rules are about.
import {
  ALERTS,
  APP_PROJECTS,
  APPLICATION_SETS,
  APPLICATIONS,
  ARTIFACT_GENERATORS,
  BUCKETS,
  EXTERNAL_ARTIFACTS,
  FLUX_INSTANCES,
  FLUX_REPORTS,
  FLUX_RESOURCES,
  GIT_REPOSITORIES,
  HELM_CHARTS,
  HELM_RELEASES,
  HELM_REPOSITORIES,
  IMAGE_POLICIES,
  IMAGE_REPOSITORIES,
  IMAGE_UPDATE_AUTOMATIONS,
  KUSTOMIZATIONS,
  NAMESPACES,
  OCI_REPOSITORIES,
  PROVIDERS,
  RECEIVERS,
  RESOURCE_SET_INPUT_PROVIDERS,
  RESOURCE_SETS,
  type Resource,
} from "../validating/resource.ts";

export interface Wall {
  /** Of the policy and its binding, after `landlord-`. */
  name: string;
  resources: readonly Resource[];
  /** "" is the object itself. */
  subResources: readonly string[];
  /** Holds in platform namespaces too: with the rules that do. */
  everywhere: boolean;
}

const fields = { subResources: [""], everywhere: false };

export const walls: readonly Wall[] = [
  { name: "kustomizations", resources: [KUSTOMIZATIONS], ...fields },
  { name: "helm-releases", resources: [HELM_RELEASES], ...fields },
  {
    name: "sources",
    resources: [GIT_REPOSITORIES, OCI_REPOSITORIES, HELM_REPOSITORIES, BUCKETS, IMAGE_REPOSITORIES],
    ...fields,
  },
  { name: "artifacts", resources: [HELM_CHARTS, EXTERNAL_ARTIFACTS, ARTIFACT_GENERATORS], ...fields },
  { name: "notifications", resources: [ALERTS, PROVIDERS, RECEIVERS], ...fields },
  { name: "images", resources: [IMAGE_POLICIES, IMAGE_UPDATE_AUTOMATIONS], ...fields },
  {
    name: "flux-operator",
    resources: [RESOURCE_SETS, RESOURCE_SET_INPUT_PROVIDERS, FLUX_INSTANCES, FLUX_REPORTS],
    ...fields,
  },
  { name: "applications", resources: [APPLICATIONS], ...fields },
  { name: "application-sets", resources: [APPLICATION_SETS], ...fields },
  { name: "control-plane", resources: [APPLICATIONS, APPLICATION_SETS], subResources: [""], everywhere: true },
  { name: "app-projects", resources: [APP_PROJECTS], subResources: ["", "status"], everywhere: true },
  {
    name: "status",
    resources: [...FLUX_RESOURCES, APPLICATIONS, APPLICATION_SETS],
    subResources: ["status"],
    everywhere: false,
  },
  { name: "namespaces", resources: [NAMESPACES], subResources: ["", "status", "finalize"], everywhere: true },
];
