// What the rules of the second wall ask again and again: whose the namespace is, which profile holds, who asks. Named once per policy, and
// worked out only when a rule asks. What the platform has decided is compiled in.
import { isDnsSubdomain } from "../../src/model/names.ts";
import type { Policy, Scope } from "../policy.ts";
import { DEPUTIES } from "../principal.ts";
import { all, any, type Cel, list, mapOfLists, mapOfTexts, text } from "./cel.ts";
import { unchanged } from "./unchanged.ts";

export interface Variable {
  name: string;
  expression: Cel;
}

const ACCOUNT = "^system:serviceaccount:[^:]+:[^:]+$";
const USER: Cel = 'request.userInfo.?username.orValue("")';

export const IS_STRICT: Cel = "variables.strict";
export const IS_TENANTS: Cel = "variables.isTenants";
export const IS_UNCHANGED: Cel = "variables.unchanged";
export const IS_CONTROLLER: Cel = "variables.isController";
export const IS_DEPUTY: Cel = "variables.isDeputy";
export const IS_TENANT_PRINCIPAL: Cel = "variables.isTenantPrincipal";
/** Lists of what the request's namespace may name. */
export const ACCOUNTS: Cel = "variables.accounts";
export const KUBE_CONFIG_SECRETS: Cel = "variables.kubeConfigSecrets";
export const SHARDS: Cel = "variables.shards";
export const PROJECTS: Cel = "variables.projects";
export const USERNAME: Cel = "variables.username";

/** All there are, each after those that it asks itself. */
export function variablesOf(policy: Policy): Variable[] {
  const all_: Record<string, Cel> = {
    labels:
      "namespaceObject != null ? namespaceObject.metadata.?labels.orValue({}) : " +
      "oldObject != null ? oldObject.metadata.?labels.orValue({}) : {}",
    isTenants: isTenants(policy),
    strict: isStrict(policy),
    accounts: accounts(policy),
    kubeConfigSecrets: ofNamespace(policy.allowedKubeConfigSecrets),
    shards: ofNamespace(policy.allowedShards),
    projects: ofNamespace(mapValues(policy.allowedProjects, (names) => names.filter(isProject))),
    username: USER,
    account: `${USERNAME}.matches(${text(ACCOUNT)}) ? ${USERNAME}.split(":") : ["", "", "", ""]`,
    isController: isController(policy),
    isDeputy: `variables.account[3] in ${list(DEPUTIES)}`,
    isTenantPrincipal: `!(${IS_CONTROLLER} || variables.account[2] in ${list(policy.platformNamespaces)})`,
    unchanged: unchanged(policy),
  };
  return Object.entries(all_).map(([name, expression]) => ({ name, expression }));
}

/** Those of `variables` that the expressions ask, directly or through others. */
export function usedBy(expressions: readonly Cel[], variables: readonly Variable[]): Variable[] {
  const used: Variable[] = [];
  for (const variable of variables.toReversed()) {
    const askers = [...expressions, ...used.map(({ expression }) => expression)];
    const name = new RegExp(`\\bvariables\\.${variable.name}\\b`);
    if (askers.some((expression) => name.test(expression))) used.unshift(variable);
  }
  return used;
}

/** Platform people, who may break the glass. Undefined: there are none. */
export function isAdmin({ adminUsers, adminGroups }: Policy): Cel | undefined {
  if (adminUsers.size + adminGroups.size === 0) return undefined;
  const groups = `request.userInfo.?groups.orValue([]).exists(g, g in ${list(adminGroups)})`;
  return any(`${USER} in ${list(adminUsers)}`, groups);
}

/** True in the namespaces that a part of the policy is about. */
export function isInScope({ namespaces, matchLabels }: Scope): Cel {
  const labels = [...(matchLabels ?? [])].map(
    ([key, value]) => `variables.labels[?${text(key)}] == optional.of(${text(value)})`,
  );
  return all(...(namespaces === undefined ? [] : [`request.namespace in ${list(namespaces)}`]), ...labels);
}

/** True for the name of a namespace that counts as the request's own. */
export function isOwn(found: Cel, { tenantNamespaceSets, tenants, platformNamespaces }: Policy): Cel {
  const own = `${found} == request.namespace`;
  if (!tenantNamespaceSets) return own;
  // Labels of other namespaces cannot be read here: where they decide, only what is certainly foreign is refused.
  if (tenants === null)
    return any(own, `(type(${found}) == string && !(${found} in ${list(["", ...platformNamespaces])}))`);
  const map = mapOfTexts(tenants);
  const same = `${map}[?${found}].hasValue() && ${map}[?${found}] == ${map}[?request.namespace]`;
  return any(own, `(type(${found}) == string && ${same})`);
}

function isTenants({ tenants, tenantLabels }: Policy): Cel {
  if (tenants !== null) return `request.namespace in ${list(tenants.keys())}`;
  return `${list(tenantLabels)}.exists(k, variables.labels[?k].orValue("") != "")`;
}

/** The first scope that fits decides. */
function isStrict({ profiles, profile }: Policy): Cel {
  return profiles.reduceRight<Cel>(
    (otherwise, scope) => `(${isInScope(scope)} ? ${scope.profile === "strict"} : ${otherwise})`,
    String(profile === "strict"),
  );
}

function accounts({ serviceAccounts }: Policy): Cel {
  if (serviceAccounts === null) return `${IS_TENANTS} ? [request.namespace] : []`;
  const names = mapValues(serviceAccounts, (values) => values.filter(isDnsSubdomain));
  return `${IS_TENANTS} ? ${ofNamespace(names)} : []`;
}

function isController({ controllers, ownUser }: Policy): Cel {
  return `${USERNAME} in ${list(new Set([...controllers, ownUser].filter((name) => name !== "")))}`;
}

const isProject = (name: string): boolean => name !== "" && name !== "default";

/** An empty map has no type of its own. */
function ofNamespace(map: ReadonlyMap<string, readonly string[]>): Cel {
  return map.size === 0 ? "[]" : `${mapOfLists(map)}[?request.namespace].orValue([])`;
}

function mapValues<Value>(map: ReadonlyMap<string, Value>, change: (value: Value) => Value): Map<string, Value> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
