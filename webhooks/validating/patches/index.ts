// The rules about patches of Flux Kustomizations and HelmReleases, in the order in which their violations are told.
import type { Rule } from "../rule.ts";
import { caps } from "./caps.ts";
import { kustomizePatches } from "./kustomize-patches.ts";
import { patchHints } from "./patch-hints.ts";

export const patchRules: readonly Rule[] = [
  kustomizePatches, //  K7: patches that move objects
  patchHints, //        K7b: patches that look as if they did
  caps, //              K14: how much there may be of anything
];
