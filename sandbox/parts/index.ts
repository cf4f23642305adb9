// What a sandbox can have besides its control plane, by the name that one asks for it.
import type { CrdSet } from "../crds.ts";
import { FLUX_CRDS } from "./flux-crds.ts";

export const CRD_SETS = {
  flux: FLUX_CRDS,
} as const satisfies Record<string, CrdSet>;

export type CrdSetName = keyof typeof CRD_SETS;
