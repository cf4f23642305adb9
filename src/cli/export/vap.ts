// `landlord export vap`: the rules that need no look-up, as policies by which kube-apiserver judges while Landlord is away.
import { createHash } from "node:crypto";
import { stringify } from "yaml";
import type { Policy } from "../../../webhooks/policy.ts";
import { secondWall, wallRuleIds } from "../../../webhooks/second-wall/index.ts";
import { notesOn } from "../../../webhooks/second-wall/notes.ts";
import type { PolicyObject } from "../../../webhooks/second-wall/policy-objects.ts";
import { rules } from "../../../webhooks/validating/index.ts";
import { type Command, textOf } from "../command.ts";
import { readPolicy } from "../review/inputs.ts";

/** On every object: changes whenever one of them does. */
const HASH_ANNOTATION = "landlord.dev/second-wall";

export const vap: Command = {
  name: "export vap",
  summary: "Write ValidatingAdmissionPolicies that refuse what the webhook would, for the rules that need no look-up.",
  options: [
    { flags: "--policy <file>", about: "policy file; without it what the settings say, and the service's defaults" },
  ],
  async run(given, deps) {
    const policy = await readPolicy(textOf(given, "policy"), deps);
    const now = Date.now();
    const objects = secondWall({ policy, now });
    const hash = createHash("sha256").update(JSON.stringify(objects)).digest("hex").slice(0, 16);
    deps.out([header(policy, { hash, now }), ...objects.map((object) => document(object, hash))].join("\n---\n"));
    return 0;
  },
};

function header(policy: Policy, { hash, now }: { hash: string; now: number }): string {
  const inside = wallRuleIds({ policy });
  const outside = [...new Set(rules.map(({ id }) => id))].filter((id) => !inside.includes(id));
  const lines = [
    `The second wall of Landlord, ${hash}. Written by \`landlord export vap\`: do not edit, write it anew when the policy changes.`,
    `Needs Kubernetes 1.30. Apply with: kubectl apply --server-side -f FILE`,
    `Rules in it: ${inside.join(", ")}. The webhook's alone: ${outside.join(", ")}.`,
    ...notesOn({ policy, now }).map((note) => `Mind: ${note}.`),
  ];
  return lines.map((line) => `# ${line}`).join("\n");
}

function document({ metadata, ...object }: PolicyObject, hash: string): string {
  const { apiVersion, kind, spec } = object;
  const annotated = { apiVersion, kind, metadata: { ...metadata, annotations: { [HASH_ANNOTATION]: hash } }, spec };
  return stringify(annotated, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}
