// The rules about Argo CD's kinds, in the order in which their violations are told.
import type { Rule } from "../rule.ts";
import { appProjects } from "./app-projects.ts";
import { applicationSets } from "./application-sets.ts";
import { controlPlane } from "./control-plane.ts";
import { destinationCluster } from "./destination-cluster.ts";
import { destinationNamespace } from "./destination-namespace.ts";
import { inlineManifests } from "./inline-manifests.ts";
import { managedNamespace } from "./managed-namespace.ts";
import { operation } from "./operation.ts";
import { project } from "./project.ts";
import { sources } from "./sources.ts";

export const argocdRules: readonly Rule[] = [
  project, //               A1: whose limits it has
  destinationNamespace, //  A2: where it goes
  destinationCluster, //    A3: to which cluster
  sources, //               A4: where its content comes from
  inlineManifests, //       A5: no content in the operation
  managedNamespace, //      A6: no namespaces made or labelled
  applicationSets, //       A7: what makes Applications
  appProjects, //           A8: who sets the limits
  controlPlane, //          A9: who writes where no limit holds
  operation, //             A10: what is carried out at once
];
