// All rules, in the order in which their violations are told. A resource that none of them names is unknown, and denied.
import { argocdRules } from "./argocd/index.ts";
import { fluxRules } from "./flux/index.ts";
import { helmReleaseRules } from "./helm-release/index.ts";
import { imageRules } from "./image/index.ts";
import { kustomizationRules } from "./kustomization/index.ts";
import { namespaceRules } from "./namespace/index.ts";
import { notificationRules } from "./notification/index.ts";
import { operatorRules } from "./operator/index.ts";
import { patchRules } from "./patches/index.ts";
import { rbacRules } from "./rbac/index.ts";
import type { Rule } from "./rule.ts";
import { sourceRules } from "./source/index.ts";

export const rules: readonly Rule[] = [
  ...kustomizationRules, //  K: Flux Kustomizations
  ...helmReleaseRules, //    H: Flux HelmReleases
  ...fluxRules, //           K: what Flux's kinds have in common
  ...patchRules, //          K: patches of both, and how much of anything
  ...sourceRules, //         S: where content comes from
  ...notificationRules, //   N: events
  ...imageRules, //          I: image automation
  ...operatorRules, //       R: the Flux operator's kinds
  ...namespaceRules, //      M: the tenants' walls themselves
  ...rbacRules, //           M: and who may pass them
  ...argocdRules, //         A: Argo CD
];
