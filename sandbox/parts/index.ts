// What a sandbox can have besides its control plane, by the name that one asks for it.
import type { CrdSet } from "../crds.ts";
import { ARGOCD_CRDS } from "./argocd-files.ts";
import { CERT_MANAGER_CRDS } from "./cert-manager-files.ts";
import { FLUX_CRDS } from "./flux-files.ts";

export const CRD_SETS = {
  argocd: ARGOCD_CRDS,
  "cert-manager": CERT_MANAGER_CRDS,
  flux: FLUX_CRDS,
} as const satisfies Record<string, CrdSet>;

export type CrdSetName = keyof typeof CRD_SETS;

/** Parts that run: they are started by name in sandbox.ts. */
export const EXTRAS = ["argocd", "cassandra", "cert-manager", "flux"] as const;

export type ExtraName = (typeof EXTRAS)[number];
