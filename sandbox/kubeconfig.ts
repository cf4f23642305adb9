// Kubeconfig files for the sandbox's users. JSON is YAML, so no library is needed to write them.
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ADMIN, type Identity } from "./users.ts";

export interface Target {
  server: string;
  /** PEM. */
  ca: string;
}

/** Gives the path of a file for a user by name, or for whoever a token belongs to; the admin's by default. `server`: another way to the same API server. */
export type Kubeconfigs = (as?: string | { token: string; server?: string }) => string;

export function createKubeconfigs(directory: string, target: Target, identities: Map<string, Identity>): Kubeconfigs {
  const folder = join(directory, "kubeconfig");
  mkdirSync(folder, { mode: 0o700 });
  return (as = ADMIN.name) => {
    const token = typeof as === "string" ? identities.get(as)?.token : as.token;
    if (token === undefined) throw new Error(`kubeconfig for ${JSON.stringify(as)}: no such user`);
    const user = typeof as === "string" ? as : randomUUID();
    const path = join(folder, encodeURIComponent(user));
    const server = (typeof as === "string" ? undefined : as.server) ?? target.server;
    writeFileSync(path, kubeconfigOf({ ...target, server, user, token }), { mode: 0o600 });
    return path;
  };
}

export function kubeconfigOf({ server, ca, user, token }: Target & { user: string; token: string }): string {
  const name = "sandbox";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": Buffer.from(ca).toString("base64") } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
    "current-context": name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
