// The rules about Flux Kustomizations, in the order in which their violations are told.
import type { Rule } from "../rule.ts";
import { serviceAccount } from "./service-account.ts";
import { sourceRef } from "./source-ref.ts";
import { targetNamespace } from "./target-namespace.ts";

export const kustomizationRules: readonly Rule[] = [
  serviceAccount, //   K1: whose rights apply it; this one is the boundary
  targetNamespace, //  K2: where its objects go; defence in depth
  sourceRef, //        K4: whose sources it reads
];
