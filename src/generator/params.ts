// What Argo CD gets for one tenant, as JSON. Written by hand: the order of keys is part of the promise that equal data gives equal bytes.
import type { TenantRow } from "../tenants/row.ts";

/** What a param must not stand for: the tenant's own fields, and what Argo CD adds itself. */
const RESERVED = new Set([
  "tenantId",
  "namespace",
  "cluster",
  "repoURL",
  "path",
  "labels",
  "params",
  "generator",
  "values",
]);
/** Without goTemplate Argo CD flattens objects to `labels.x`; a key of that form would meet the real one, and chance decide. */
const RESERVED_PREFIX = /^(labels|params|values|generator)\./;

/**
 * The fixed keys, then params lifted to the top, then `params` as a whole; maps in code-unit order. A param with a reserved
 * name is found under `params` only. `override` restores the older order, in which a param wins over everything but `params`.
 */
export function writeTenant(row: TenantRow, { override }: { override: boolean }): string {
  const params = inOrder(row.params);
  const members = new Map([
    ["tenantId", JSON.stringify(row.tenantId)],
    ["namespace", JSON.stringify(row.namespace)],
    ["cluster", JSON.stringify(row.targetCluster)],
    ["repoURL", JSON.stringify(row.repoUrl)],
    ["path", JSON.stringify(row.repoPath)],
    ["labels", writeMap(inOrder(row.labels))],
  ]);
  for (const [key, value] of params) {
    if (key !== "params" && (override || !isReserved(key))) members.set(key, JSON.stringify(value));
  }
  members.set("params", writeMap(params));
  return braced(members, (json) => json);
}

/** A map's entries by key, in code-unit order: that of the database is anybody's guess. */
export function inOrder(map: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const isReserved = (key: string): boolean => RESERVED.has(key) || RESERVED_PREFIX.test(key);

const writeMap = (entries: readonly [string, string][]): string => braced(entries, (text) => JSON.stringify(text));

/** Not through an object: `__proto__` would be lost, and keys like numbers would move. */
function braced(members: Iterable<readonly [string, string]>, write: (value: string) => string): string {
  return `{${Array.from(members, ([key, value]) => `${JSON.stringify(key)}:${write(value)}`).join(",")}}`;
}
