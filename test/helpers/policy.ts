// Policy files to test with, and what they are read on.
import { stringify } from "yaml";
import type { PolicyBase } from "../../src/policy/policy-of.ts";
import { faultText, readPolicy } from "../../src/policy/read.ts";
import type { Policy } from "../../webhooks/policy.ts";
import { LANDLORD } from "./admission.ts";

export function policyBase(overrides: Partial<PolicyBase> = {}): PolicyBase {
  return {
    namespace: "landlord",
    ownUser: LANDLORD,
    tenantLabels: ["landlord.dev/tenant", "example.com/owner"],
    platformNamespaces: new Set(["kube-system", "flux-system"]),
    adminGroups: new Set(["system:masters"]),
    adminUsers: new Set(["root@example.com"]),
    sharedSources: [{ kind: "GitRepository", namespace: "flux-system", name: "default" }],
    ruleIds: new Set(["K1", "K2", "S1"]),
    ...overrides,
  };
}

/** A whole document around a spec: YAML text, or a value to be written as such. */
export function policyText(spec: unknown): string {
  const head = "apiVersion: landlord.dev/v1alpha1\nkind: ConfinementPolicy\n";
  if (typeof spec !== "string") return head + stringify({ spec });
  return `${head}spec:\n${spec.replaceAll(/^(?=.)/gm, "  ")}\n`;
}

/** The policy of a spec that has no faults. */
export function policyWith(spec: unknown, base: Partial<PolicyBase> = {}): Policy {
  const result = readPolicy(policyText(spec), policyBase(base));
  if ("faults" in result) throw new Error(result.faults.map(faultText).join("\n"));
  return result.policy;
}

/** The faults of a spec, each as `path: allowed`. */
export function faultsWith(spec: unknown, base: Partial<PolicyBase> = {}): string[] {
  const result = readPolicy(policyText(spec), policyBase(base));
  return "policy" in result ? [] : result.faults.map(({ path, allowed }) => `${path}: ${allowed}`);
}
