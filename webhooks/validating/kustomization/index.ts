// The rules about Flux Kustomizations alone, in the order in which their violations are told.
import type { Rule } from "../rule.ts";
import { decryption } from "./decryption.ts";
import { healthChecks } from "./health-checks.ts";
import { legacyPatches } from "./legacy-patches.ts";
import { serviceAccount } from "./service-account.ts";
import { sourceRef } from "./source-ref.ts";
import { substitute } from "./substitute.ts";
import { targetNamespace } from "./target-namespace.ts";

export const kustomizationRules: readonly Rule[] = [
  serviceAccount, //   K1: whose rights apply it; this one is the boundary
  targetNamespace, //  K2: where its objects go; defence in depth
  sourceRef, //        K4: whose sources it reads
  healthChecks, //     K6: whose objects it looks at
  substitute, //       K8: what it writes into manifests
  decryption, //       K9: whose keys it uses
  legacyPatches, //    K12: patches that come after the namespace is set
];
