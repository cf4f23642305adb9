// The rules about bindings.
import type { Rule } from "../rule.ts";
import { wideBindings } from "./wide-bindings.ts";

export const rbacRules: readonly Rule[] = [
  wideBindings, //  M2: rights that leave the room
];
