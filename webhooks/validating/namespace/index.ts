// The rules about Namespaces.
import type { Rule } from "../rule.ts";
import { protectedKeys } from "./protected-keys.ts";

export const namespaceRules: readonly Rule[] = [
  protectedKeys, //  M1: whose it is, and what is allowed in it
];
