// The resources that rules are about. Group and plural decide, never the kind: kustomize's own file format is a Kustomization too.

export interface Resource {
  group: string;
  resource: string;
  /** The version to use, and those that Flux or Argo CD have deprecated or removed. */
  version: string;
  deprecated: readonly string[];
}

export const KUSTOMIZATIONS: Resource = {
  group: "kustomize.toolkit.fluxcd.io",
  resource: "kustomizations",
  version: "v1",
  deprecated: ["v1beta1", "v1beta2"],
};
