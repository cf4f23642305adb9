// The rules that Flux's kinds have in common, in the order in which their violations are told.
import type { Rule } from "../rule.ts";
import { dependsOn } from "./depends-on.ts";
import { kubeConfig } from "./kube-config.ts";
import { kubeConfigSecret } from "./kube-config-secret.ts";
import { reservedMetadata } from "./reserved-metadata.ts";
import { shard } from "./shard.ts";
import { status } from "./status.ts";

export const fluxRules: readonly Rule[] = [
  kubeConfig, //        K3: no login with the controller's own token
  kubeConfigSecret, //  K3b: other clusters only where allowed
  dependsOn, //         K5: whose objects it waits for and reads
  reservedMetadata, //  K10: what it may write onto others
  shard, //             K11: which controller acts on it
  status, //            K13: who may say how it stands
];
