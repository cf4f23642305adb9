// The rules about Flux's notifications.
import type { Rule } from "../rule.ts";
import { eventScope } from "./event-scope.ts";

export const notificationRules: readonly Rule[] = [
  eventScope, //  N1: whose events it sends, and whom it wakes
];
