// The rules about the Flux operator's kinds.
import type { Rule } from "../rule.ts";
import { resourceSets } from "./resource-sets.ts";

export const operatorRules: readonly Rule[] = [
  resourceSets, //  R1: what it makes, and with whose rights
];
