// What a rule of the second wall is: a rule of the webhook, written once more in CEL.
import type { Policy } from "../policy.ts";
import type { Rule } from "../validating/rule.ts";
import type { Cel } from "./cel.ts";

export interface WallRule {
  /** Whose verdicts it repeats: its id, its resources, and where it holds. */
  rule: Rule;
  /** A list of findings, empty where nothing is wrong; undefined: under this policy the rule cannot be written in CEL. */
  findings: (policy: Policy) => Cel | undefined;
}
