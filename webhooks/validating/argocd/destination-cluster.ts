// A3: an Application goes to a cluster that the platform allows, named in exactly one way: by server or by name.
import { isUnset, own } from "../../json.ts";
import type { Policy } from "../../policy.ts";
import type { ApplicationSpec } from "../application.ts";
import { anyOf, at } from "../fields.ts";
import { APPLICATIONS } from "../resource.ts";
import type { Rule, Violation } from "../rule.ts";

/** What makes a URL hold more than an API server's has, and perhaps a secret. */
export const MORE = /[@?#]/;
export const MORE_SHOWN = "a URL with user info, query or fragment";

export const destinationCluster: Rule = {
  id: "A3",
  name: "destination-cluster",
  resources: [APPLICATIONS],
  check({ object }, _facts, policy) {
    return destinationClusterViolations({ field: "spec", spec: at(object, "spec") }, policy);
  },
};

export function destinationClusterViolations(
  { field, spec, isPartial }: ApplicationSpec,
  { allowedServers, allowedClusterNames }: Policy,
): Violation[] {
  const [server, name] = [at(spec, "destination", "server"), at(spec, "destination", "name")];
  const remedy = "name an allowed cluster by its server or by its name, not by both";
  if (isUnset(server) && isUnset(name)) {
    const allowed = `server ${anyOf(allowedServers)}, or name ${anyOf(allowedClusterNames)}`;
    return isPartial ? [] : [{ field: `${field}.destination`, found: undefined, allowed, remedy }];
  }
  if (!isUnset(server) && !isUnset(name)) {
    return [
      {
        field: `${field}.destination`,
        found: own(spec, "destination"),
        shown: "server and name",
        allowed: "one of the two",
        remedy,
      },
    ];
  }
  const [key, found, allowed] = isUnset(server)
    ? (["name", name, allowedClusterNames] as const)
    : (["server", server, allowedServers] as const);
  if (typeof found === "string" && allowed.includes(found)) return [];
  const shown = typeof found === "string" && MORE.test(found) ? { shown: MORE_SHOWN } : {};
  return [{ field: `${field}.destination.${key}`, found, ...shown, allowed: anyOf(allowed), remedy }];
}
