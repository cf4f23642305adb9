// The rules about HelmReleases alone, in the order in which their violations are told.
import type { Rule } from "../rule.ts";
import { chartSource } from "./chart-source.ts";
import { createNamespace } from "./create-namespace.ts";
import { serviceAccount } from "./service-account.ts";
import { storageNamespace } from "./storage-namespace.ts";
import { targetNamespace } from "./target-namespace.ts";

export const helmReleaseRules: readonly Rule[] = [
  serviceAccount, //    H1: whose rights install it
  targetNamespace, //   H2: where it is installed
  storageNamespace, //  H3: where Helm keeps its memory of it
  chartSource, //       H4: whose charts it reads
  createNamespace, //   H5: whether it makes namespaces
];
