// The rules about Argo CD's kinds that need no URL and no template to be read, in CEL.
import { appProjects } from "../../validating/argocd/app-projects.ts";
import { applicationSets } from "../../validating/argocd/application-sets.ts";
import { controlPlane } from "../../validating/argocd/control-plane.ts";
import { destinationCluster } from "../../validating/argocd/destination-cluster.ts";
import { destinationNamespace } from "../../validating/argocd/destination-namespace.ts";
import { inlineManifests } from "../../validating/argocd/inline-manifests.ts";
import { managedNamespace } from "../../validating/argocd/managed-namespace.ts";
import { OVER, operation } from "../../validating/argocd/operation.ts";
import { project } from "../../validating/argocd/project.ts";
import { anyOf as anyOfNames } from "../../validating/fields.ts";
import { all, any, at, type Cel, isUnset, list, text, valueOf } from "../cel.ts";
import { anyOf, each, finding, NONE, noObject, OWN, together, when } from "../finding.ts";
import { IS_STRICT, IS_TENANT_PRINCIPAL, isOwn, PROJECTS } from "../variables.ts";
import type { WallRule } from "../wall-rule.ts";
import { clusterFindings } from "./cluster.ts";

const NAMESPACE = valueOf(at("spec.destination.namespace"));
const MANIFESTS = valueOf(at("operation.sync.manifests"));
const RUNNING_PATH = "status.operationState.operation.sync.manifests";
const RUNNING = at(RUNNING_PATH);
const IS_NEWLY_RUNNING = `(request.operation != "UPDATE" || object.?status.?operationState != oldObject.?status.?operationState)`;
const IS_TAKEN_UP = all(
  `!${isUnset(at("operation"))}`,
  `(request.operation != "UPDATE" || object.?operation != oldObject.?operation)`,
  `!(${valueOf(at("status.operationState.phase"))} in ${list(OVER)})`,
);
const METADATA = valueOf(at("spec.syncPolicy.managedNamespaceMetadata"));
const CREATE_NAMESPACE = text(
  String.raw`(?i)^[\s\v\p{Z}\x{FEFF}]*CreateNamespace[\s\v\p{Z}\x{FEFF}]*=[\s\v\p{Z}\x{FEFF}]*true[\s\v\p{Z}\x{FEFF}]*$`,
);

export const argocdWall: readonly WallRule[] = [
  {
    rule: project,
    findings: () =>
      when(`!(${valueOf(at("spec.project"))} in ${PROJECTS})`, {
        field: text("spec.project"),
        found: valueOf(at("spec.project")),
        allowed: anyOf(PROJECTS),
        remedy: "name a project that the platform has given the namespace",
      }),
  },
  {
    rule: destinationNamespace,
    findings: (policy) =>
      when(`!(${isOwn(NAMESPACE, policy)})`, {
        field: text("spec.destination.namespace"),
        found: NAMESPACE,
        allowed: OWN,
        remedy: "set it to the Application's own namespace",
      }),
  },
  { rule: destinationCluster, findings: clusterFindings },
  {
    rule: inlineManifests,
    findings: () =>
      when(`${MANIFESTS} != null`, {
        field: text("operation.sync.manifests"),
        found: MANIFESTS,
        allowed: NONE,
        remedy: "put the manifests into the repository",
      }),
  },
  {
    rule: managedNamespace,
    findings: () =>
      together(
        noObject("spec.syncPolicy"),
        when(`${METADATA} != null`, {
          field: text("spec.syncPolicy.managedNamespaceMetadata"),
          found: METADATA,
          allowed: NONE,
          remedy: "leave it out; the platform labels namespaces",
        }),
        createsNamespace("spec.syncPolicy.syncOptions"),
        createsNamespace("operation.sync.syncOptions"),
      ),
  },
  {
    rule: applicationSets,
    /** Where they are enabled it takes reading their templates. */
    findings: (policy) =>
      policy.applicationSets.enabled
        ? undefined
        : finding({
            field: text("kind"),
            found: text("ApplicationSet"),
            allowed: text("none in a tenant's namespace"),
            remedy: "write Applications out, or ask the platform to enable applicationSets",
          }),
  },
  {
    rule: appProjects,
    findings: () =>
      when(IS_TENANT_PRINCIPAL, {
        field: text("kind"),
        found: text("AppProject"),
        allowed: text("none but the platform's"),
        remedy: "ask the platform for a project",
      }),
  },
  {
    rule: controlPlane,
    findings: ({ argoNamespace }) =>
      when(`request.namespace == ${text(argoNamespace)} && ${IS_TENANT_PRINCIPAL}`, {
        field: text("metadata.namespace"),
        found: "request.namespace",
        allowed: text(`another namespace than ${anyOfNames([argoNamespace])}`),
        remedy: "use the tenant's own namespace",
      }),
  },
  {
    rule: operation,
    /** Of an operation that the status says is running: what needs no list of repositories. */
    findings: () =>
      together(
        noObject("operation"),
        noObject("operation.sync"),
        when(all(`${valueOf(RUNNING)} != null`, any(all(IS_TENANT_PRINCIPAL, IS_NEWLY_RUNNING), IS_TAKEN_UP)), {
          field: text(RUNNING_PATH),
          found: valueOf(RUNNING),
          allowed: NONE,
          remedy: "put the manifests into the repository",
        }),
      ),
  },
];

function createsNamespace(path: string): Cel {
  const options = { optional: at(path), path };
  return together(
    each(
      options,
      (item) => `!(type(${item}) == string)`,
      (item) => ({
        field: "",
        found: item,
        allowed: text("a text"),
        remedy: "give a list of texts, or leave it out",
      }),
    ),
    each(
      options,
      (item) => `${IS_STRICT} && type(${item}) == string && ${item}.matches(${CREATE_NAMESPACE})`,
      (item) => ({
        field: "",
        found: item,
        allowed: text("CreateNamespace=false"),
        remedy: "leave it out: the namespace is there already",
      }),
    ),
  );
}
