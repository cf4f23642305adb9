// What Landlord is granted and what it used, compared: grants from manifests, uses from the API server's audit log. Pure.
export interface Right {
  verb: string;
  /** `""` for the core group. */
  group: string;
  /** With its subresource, as rules write it: `pods/log`. */
  resource: string;
}

export interface Grant extends Right {
  role: string;
  /** Undefined: in all namespaces, and for what is in none. */
  namespace?: string;
  /** Undefined: any name. */
  name?: string;
}

export interface Use extends Right {
  namespace: string;
  /** Empty for lists and for what is created in a collection. */
  name: string;
  isAllowed: boolean;
}

interface Manifest {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules?: { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[];
  roleRef?: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

/** One per verb, resource and name of every role that is bound to Landlord's account. */
export function grantsOf(manifests: readonly Manifest[]): Grant[] {
  const own = manifests.filter(({ subjects = [] }) =>
    subjects.some(({ name, namespace }) => name === "landlord" && namespace === "landlord"),
  );
  return own.flatMap(({ metadata: { namespace }, roleRef }) => {
    const role = manifests.find(
      ({ kind, metadata }) =>
        kind === roleRef?.kind &&
        metadata.name === roleRef.name &&
        (kind !== "Role" || metadata.namespace === namespace),
    );
    const grants = (role?.rules ?? []).flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
      product(apiGroups, resources, verbs, resourceNames),
    );
    return grants.map(([group = "", resource = "", verb = "", name]) => ({
      role: `${roleRef?.kind} ${roleRef?.name}`,
      verb,
      group,
      resource,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    }));
  });
}

function product(...lists: (readonly (string | undefined)[])[]): (string | undefined)[][] {
  return lists.reduce<(string | undefined)[][]>(
    (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  );
}

interface AuditEvent {
  verb: string;
  objectRef?: { apiGroup?: string; resource: string; subresource?: string; namespace?: string; name?: string };
  requestObject?: { roleRef?: { kind: string; name: string } };
  responseStatus?: { code?: number; reason?: string; details?: { causes?: { reason?: string }[] } };
  annotations?: Record<string, string>;
}

/** What a line of the audit log tells of; nothing for half a line, and for paths that are no resource's. */
export function usesIn(line: string): Use[] {
  const event = parsed(line);
  if (event?.objectRef === undefined) return [];
  const { verb, objectRef, requestObject, responseStatus, annotations = {} } = event;
  const { apiGroup: group = "", resource, subresource, namespace = "" } = objectRef;
  const decision = annotations["authorization.k8s.io/decision"];
  const isAllowed = decision === undefined ? responseStatus?.code !== 403 : decision === "allow";
  const isIntoCollection = verb === "create" && subresource === undefined;
  const use: Use = {
    verb,
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace,
    name: isIntoCollection ? "" : (objectRef.name ?? ""),
    isAllowed,
  };
  const { roleRef } = requestObject ?? {};
  if (!isAllowed || roleRef === undefined) return [use];
  // whether a role may be bound is asked while the binding is written, and is no request of its own
  const { code = 0, reason, details } = responseStatus ?? {};
  const isEnding = details?.causes?.some((cause) => cause.reason === "NamespaceTerminating") ?? false;
  const isBound = code < 300;
  const isRefused = code === 403 && reason === "Forbidden" && !isEnding;
  const bind = { verb: "bind", group, resource: `${roleRef.kind.toLowerCase()}s`, namespace, name: roleRef.name };
  return isBound || isRefused ? [use, { ...bind, isAllowed: isBound }] : [use];
}

function parsed(line: string): AuditEvent | undefined {
  try {
    return JSON.parse(line) as AuditEvent;
  } catch {
    return undefined;
  }
}

/**
 * Grants that no use needed: nothing asked for them, another grant allows the same, or they are for the whole cluster and were asked
 * for in Landlord's own namespace only.
 */
export function unusedGrants(grants: readonly Grant[], uses: readonly Use[], home = "landlord"): string[] {
  const needed = new Set<Grant>();
  for (const use of uses.filter(({ isAllowed }) => isAllowed)) {
    const [only, another] = grants.filter((grant) => allows(grant, use));
    if (only === undefined || another !== undefined) continue;
    if (only.namespace !== undefined || use.namespace !== home) needed.add(only);
  }
  return grants.filter((grant) => !needed.has(grant)).map(describeGrant);
}

/**
 * What was refused and is not granted. What is granted may be refused all the same for a moment: by an API server that has just
 * started and has not read the roles yet, or where a test takes a right away.
 */
export function missingGrants(grants: readonly Grant[], uses: readonly Use[]): string[] {
  const missing = uses.filter((use) => !use.isAllowed && !grants.some((grant) => allows(grant, use)));
  return [...new Set(missing.map(describeUse))];
}

function allows(grant: Grant, use: Use): boolean {
  return (
    grant.verb === use.verb &&
    grant.group === use.group &&
    grant.resource === use.resource &&
    (grant.namespace === undefined || grant.namespace === use.namespace) &&
    (grant.name === undefined || grant.name === use.name)
  );
}

const words = ({ verb, group, resource }: Right): string => `${verb} ${resource}${group === "" ? "" : `.${group}`}`;

const describeGrant = (grant: Grant): string =>
  `${grant.role}: ${words(grant)}${grant.name === undefined ? "" : ` ${grant.name}`}`;

const describeUse = (use: Use): string =>
  `${words(use)}${use.name === "" ? "" : ` ${use.name}`}${use.namespace === "" ? "" : ` in ${use.namespace}`}`;
