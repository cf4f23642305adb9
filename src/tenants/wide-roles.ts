// Which ClusterRoles let their holder become somebody else or give away more than it has: a fact for admission, read from a watch's cache.
import type { ClusterRole } from "../model/kube-object.ts";

const WIDE_VERBS = ["impersonate", "escalate", "bind", "*"];

/** The part of a list-watch of ClusterRoles that is needed. */
export interface ClusterRoleCache {
  get(ref: { name: string }): ClusterRole | undefined;
}

/** Undefined: there is no such role, or it is not known yet. */
export function wideRoles(cache: ClusterRoleCache): (name: string) => boolean | undefined {
  return (name) => {
    const role = cache.get({ name });
    return role === undefined ? undefined : wideRules(role).length > 0;
  };
}

/** What is kept of a ClusterRole in memory: who it is, and the verbs that make it wide. */
export function slimClusterRole(role: ClusterRole): ClusterRole {
  const { name, uid, resourceVersion } = role.metadata;
  return {
    apiVersion: role.apiVersion,
    kind: role.kind,
    metadata: {
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    rules: wideRules(role)
      .slice(0, 1)
      .map(({ verbs }) => ({ verbs: verbs.filter(isWide) })),
  };
}

const wideRules = ({ rules }: ClusterRole): { verbs: string[] }[] =>
  (rules ?? []).filter(({ verbs }) => verbs.some(isWide));

const isWide = (verb: string): boolean => WIDE_VERBS.includes(verb);
