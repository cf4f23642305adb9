// What a policy is completed with: the settings, and the rules that there are. Light, for commands load it too.
import { rules } from "../../webhooks/validating/index.ts";
import type { Config } from "../config.ts";
import type { PolicyBase } from "../policy/policy-of.ts";

export function policyBase(config: Config): PolicyBase {
  return { ...config, ruleIds: new Set(rules.map(({ id }) => id)) };
}
