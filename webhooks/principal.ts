// Who asks: platform people, the platform's controllers, or a tenant. Names are compared byte for byte.
import type { UserInfo } from "./admission.ts";
import type { Policy } from "./policy.ts";

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
/**
 * Controllers that apply what others have written. Where one does so with its own account, whoever wrote it would gain the
 * account's standing: the confused deputy. So it may not do to a tenant's Namespace what a tenant may not.
 */
export const DEPUTIES: readonly string[] = [
  "kustomize-controller",
  "helm-controller",
  "flux-operator",
  "argocd-application-controller",
];

/** True for platform people who may break the glass. */
export function isAdmin(policy: Policy, { username, groups }: UserInfo): boolean {
  return policy.adminUsers.has(username) || groups.some((group) => policy.adminGroups.has(group));
}

/** True for the platform's own controllers, Landlord included. */
export function isController({ controllers, ownUser }: Policy, { username }: UserInfo): boolean {
  return controllers.has(username) || (ownUser !== "" && username === ownUser);
}

/** True for a controller's account that acts on what others have written. */
export function isDeputy({ username }: UserInfo): boolean {
  return DEPUTIES.includes(serviceAccountOf(username)?.name ?? "");
}

/** True for all who are neither platform people, nor its controllers, nor a ServiceAccount of one of its namespaces. */
export function isTenantPrincipal(policy: Policy, user: UserInfo): boolean {
  if (isAdmin(policy, user) || isController(policy, user)) return false;
  const account = serviceAccountOf(user.username);
  return account === undefined || !policy.platformNamespaces.has(account.namespace);
}

/** Namespace and name of a ServiceAccount's user name; undefined for anybody else's. */
export function serviceAccountOf(username: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = SERVICE_ACCOUNT.exec(username) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
