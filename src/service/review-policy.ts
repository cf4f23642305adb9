// The policy that the command `review` judges by: a file's, or the service's own without one. Connects to nothing.

import type { Policy } from "../../webhooks/policy.ts";
import type { Config } from "../config.ts";
import { policyOf } from "../policy/policy-of.ts";
import type { PolicyFault } from "../policy/read.ts";
import { policyBase } from "./policy-base.ts";

/** `text`: of a policy file; what it leaves out comes from the settings, as in the service. */
export async function reviewPolicy(
  config: Config,
  text: string | undefined,
): Promise<{ policy: Policy } | { faults: readonly PolicyFault[] }> {
  const base = policyBase(config);
  if (text === undefined) return { policy: policyOf({}, base) };
  const { readPolicy } = await import("../policy/read.ts"); // loaded late: it takes as long as the judging of a thousand documents
  return readPolicy(text, base);
}
