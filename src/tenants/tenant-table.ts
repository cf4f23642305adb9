// The table of tenants: its columns with their CQL types, the statements that are sent to it, and whether an answer has the right shape.
import { type Columns, columnsOf, type TenantRow } from "./row.ts";

const COLUMNS = {
  tenant_id: "text",
  enabled: "boolean",
  namespace: "text",
  target_cluster: "text",
  repo_url: "text",
  repo_path: "text",
  labels: "map<text, text>",
  params: "map<text, text>",
} as const satisfies Record<keyof Columns, string>;
export const COLUMN_NAMES = Object.keys(COLUMNS);

export interface Statement {
  cql: string;
  values: readonly unknown[];
  /** CQL types of the values. */
  hints: readonly string[];
}

export interface TenantTable {
  scan: Statement;
  get(tenantId: string): Statement;
  put(row: TenantRow): Statement;
  remove(tenantId: string): Statement;
}

/**
 * The scan has no predicate: with ALLOW FILTERING it would cost the same and hide which tenants are disabled and which are gone.
 * Keyspace and table stand in each statement, so that no `USE` is ever sent.
 */
export function tenantTable(keyspace: string, table: string): TenantTable {
  const from = `${quoted(keyspace)}.${quoted(table)}`;
  const names = COLUMN_NAMES.join(", ");
  return {
    scan: { cql: `SELECT ${names} FROM ${from}`, values: [], hints: [] },
    get: (tenantId) => one(`SELECT ${names} FROM ${from} WHERE tenant_id = ?`, tenantId),
    put: (row) => ({
      cql: `INSERT INTO ${from} (${names}) VALUES (${COLUMN_NAMES.map(() => "?").join(", ")})`,
      values: Object.values(inOrder(columnsOf(row))),
      hints: Object.values(COLUMNS),
    }),
    remove: (tenantId) => one(`DELETE FROM ${from} WHERE tenant_id = ?`, tenantId),
  };
}

const one = (cql: string, tenantId: string): Statement => ({ cql, values: [tenantId], hints: [COLUMNS.tenant_id] });
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function inOrder(columns: Columns): Columns {
  const { tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params } = columns;
  return { tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params };
}

/** A column as an answer describes it: type codes of the native protocol. */
export interface DescribedColumn {
  name: string;
  type: { code: number; info?: unknown };
}

const TEXT_CODES = [0x01, 0x0a, 0x0d];
const TYPE_NAMES: Record<number, string> = {
  0x01: "ascii",
  0x02: "bigint",
  0x03: "blob",
  0x04: "boolean",
  0x06: "decimal",
  0x07: "double",
  0x08: "float",
  0x09: "int",
  0x0a: "text",
  0x0b: "timestamp",
  0x0c: "uuid",
  0x0d: "text",
  0x0e: "varint",
  0x0f: "timeuuid",
  0x10: "inet",
  0x13: "smallint",
  0x14: "tinyint",
  0x20: "list",
  0x21: "map",
  0x22: "set",
  0x30: "user-defined type",
  0x31: "tuple",
};

/** Which columns have another type than the schema says, or are not there; undefined: all is well. */
export function columnsFault(described: readonly DescribedColumn[]): string | undefined {
  const found = new Map(described.map(({ name, type }) => [name, type]));
  const faults = Object.entries(COLUMNS).flatMap(([name, wanted]) => {
    const type = found.get(name);
    if (type === undefined) return [`column ${name} is missing`];
    return isOfType(type, wanted) ? [] : [`column ${name} is ${typeName(type)}, but must be ${wanted}`];
  });
  return faults.length === 0 ? undefined : faults.join(", ");
}

function isOfType(type: DescribedColumn["type"], wanted: (typeof COLUMNS)[keyof Columns]): boolean {
  if (wanted === "text") return TEXT_CODES.includes(type.code);
  if (wanted === "boolean") return type.code === 0x04;
  return type.code === 0x21 && innerTypes(type).every((inner) => TEXT_CODES.includes(inner.code));
}

function typeName(type: DescribedColumn["type"]): string {
  const name = TYPE_NAMES[type.code] ?? "of another type";
  const inner = innerTypes(type);
  return inner.length === 0 ? name : `${name}<${inner.map(typeName).join(", ")}>`;
}

/** Types within a list, set or map. */
function innerTypes({ code, info }: DescribedColumn["type"]): DescribedColumn["type"][] {
  if (code < 0x20 || code > 0x22) return [];
  return (Array.isArray(info) ? info : [info]).filter(isType);
}

const isType = (value: unknown): value is DescribedColumn["type"] =>
  typeof value === "object" && value !== null && "code" in value && typeof value.code === "number";
