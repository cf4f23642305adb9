// How long certificates live in tests that do not say otherwise: as they do by default.
import { AUTHORITY_LIFE_MS } from "../../certs/authority.ts";
import { LEAF_LIFE_MS } from "../../certs/leaf.ts";
import type { Lives } from "../../certs/succession.ts";

export const LIVES: Lives = { leafMs: LEAF_LIFE_MS, authorityMs: AUTHORITY_LIFE_MS };
