// The rules of the second wall, in the order of the webhook's. Those that are not here take reading what CEL cannot read.
import type { WallRule } from "../wall-rule.ts";
import { argocdWall } from "./argocd.ts";
import { capsWall } from "./caps.ts";
import { eventsAndImagesWall } from "./events-and-images.ts";
import { fluxWall } from "./flux.ts";
import { helmReleaseWall } from "./helm-release.ts";
import { kustomizationWall } from "./kustomization.ts";
import { namespaceWall } from "./namespace.ts";
import { sourceWall } from "./source.ts";

export const wallRules: readonly WallRule[] = [
  ...kustomizationWall, //    K: Flux Kustomizations
  ...helmReleaseWall, //      H: Flux HelmReleases
  ...fluxWall, //             K: what Flux's kinds have in common
  ...capsWall, //             K: how much of anything
  ...sourceWall, //           S: where content comes from
  ...eventsAndImagesWall, //  N, I, R: events, image automation, the operator's kinds
  ...namespaceWall, //        M: the tenants' walls themselves
  ...argocdWall, //           A: Argo CD
];
