// All rules, in the order in which their violations are told. A resource that none of them names is unknown, and denied.
import { kustomizationRules } from "./kustomization/index.ts";
import type { Rule } from "./rule.ts";

export const rules: readonly Rule[] = [
  ...kustomizationRules, //  K: Flux Kustomizations
];
