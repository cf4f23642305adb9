// Who may knock at the sandbox's apiserver: users with a static token each. What they may do is up to RBAC.
import { randomBytes } from "node:crypto";

export interface SandboxUser {
  name: string;
  groups?: readonly string[];
}

export interface Identity extends SandboxUser {
  token: string;
}

export const ADMIN: SandboxUser = { name: "sandbox-admin", groups: ["system:masters"] };
export const CONTROLLER_MANAGER: SandboxUser = { name: "system:kube-controller-manager" };
/** Users that every sandbox has unless told otherwise: neither has a right before a test gives one. */
export const DEFAULT_USERS: readonly SandboxUser[] = [
  { name: "platform-admin", groups: ["platform-admins"] },
  { name: "developer" },
];

/** Gives each user a token, ADMIN and CONTROLLER_MANAGER first. */
export function createIdentities(users: readonly SandboxUser[]): Map<string, Identity> {
  const identities = new Map<string, Identity>();
  for (const user of [ADMIN, CONTROLLER_MANAGER, ...users]) {
    if (identities.has(user.name)) throw new Error(`add user ${user.name}: there is one of that name`);
    identities.set(user.name, { ...user, token: randomBytes(24).toString("base64url") });
  }
  return identities;
}

/** The apiserver's token file: CSV of token, user, uid, and the groups as one field. */
export function tokenFile(identities: Iterable<Identity>): string {
  const line = ({ token, name, groups = [] }: Identity): string =>
    [token, name, name, groups.join(",")].map((field) => `"${field.replaceAll('"', '""')}"`).join(",");
  return `${[...identities].map(line).join("\n")}\n`;
}
