// The audit log of kube-apiserver about Landlord's own account: what it asked for, and what came of it. Written where a folder is named for it.
import { appendFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

/** Names a folder: each sandbox keeps a log there, named after itself, that is left when the sandbox goes. */
export const AUDIT_FOLDER = "SANDBOX_AUDIT_FOLDER";
export const AUDITED_USER = "system:serviceaccount:landlord:landlord";

/** Of RoleBindings the body too: that `bind` was used shows in the role that is named, for it is no request of its own. */
const POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  omitManagedFields: true,
  rules: [
    {
      level: "Request",
      users: [AUDITED_USER],
      verbs: ["create", "patch"],
      resources: [{ group: "rbac.authorization.k8s.io", resources: ["rolebindings"] }],
    },
    { level: "Metadata", users: [AUDITED_USER] },
    { level: "None" },
  ],
};

/** Flags for kube-apiserver, none unless the environment names a folder. A line is in the log before its request is answered. */
export async function auditFlags(directory: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const folder = env[AUDIT_FOLDER];
  if (!folder) return [];
  const policy = join(directory, "audit-policy.json");
  await writeFile(policy, JSON.stringify(POLICY));
  const log = join(resolve(folder), `${basename(directory)}.jsonl`);
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, "--audit-log-maxsize=1000"];
}

/** Says beside the log which manifests Landlord runs with in this sandbox: its rights are those. */
export async function noteOverlay(
  directory: string,
  overlay: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const folder = env[AUDIT_FOLDER];
  if (folder) await appendFile(join(resolve(folder), `${basename(directory)}.overlays`), `${overlay}\n`);
}
