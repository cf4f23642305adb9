// Objects that the rules are against in every cluster, to see whether they are judged. Each reaches out of its namespace, and no more.
import { type Kind, ROLE_BINDING } from "../../kube/kinds.ts";
import type { KubeObject } from "../../model/kube-object.ts";

export interface Refusable {
  kind: Kind;
  object: KubeObject & Record<string, unknown>;
  /** How a warning begins that shows that it was judged: admins are warned where others are refused. */
  warning: RegExp;
}

const NAME = "landlord-doctor-probe";
/** Nobody's but the platform's. */
const ELSEWHERE = "kube-system";

const KUSTOMIZATION: Kind = {
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  plural: "kustomizations",
  namespaced: true,
};
const HELM_RELEASE: Kind = {
  apiVersion: "helm.toolkit.fluxcd.io/v2",
  kind: "HelmRelease",
  plural: "helmreleases",
  namespaced: true,
};

/** What must be refused in a namespace that is no platform namespace; in the order in which they are tried. */
export const refusables = (namespace: string): Refusable[] => [
  {
    kind: KUSTOMIZATION,
    object: objectOf(KUSTOMIZATION, namespace, {
      interval: "1h",
      prune: false,
      sourceRef: { kind: "GitRepository", name: NAME },
      targetNamespace: ELSEWHERE,
    }),
    warning: /\bK2 spec\.targetNamespace\b/,
  },
  {
    kind: HELM_RELEASE,
    object: objectOf(HELM_RELEASE, namespace, {
      interval: "1h",
      chart: { spec: { chart: NAME, sourceRef: { kind: "HelmRepository", name: NAME } } },
      targetNamespace: ELSEWHERE,
    }),
    warning: /\bH2 spec\.targetNamespace\b/,
  },
];

/** Every API server has this kind, and whoever writes it is warned: a binding for everybody. */
export const warnable = (namespace: string): Refusable => ({
  kind: ROLE_BINDING,
  object: {
    apiVersion: ROLE_BINDING.apiVersion,
    kind: ROLE_BINDING.kind,
    metadata: { name: NAME, namespace },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:serviceaccounts" }],
  },
  warning: /\bM2 subjects\b/,
});

const objectOf = ({ apiVersion, kind }: Kind, namespace: string, spec: object): Refusable["object"] => ({
  apiVersion,
  kind,
  metadata: { name: NAME, namespace },
  spec,
});
