// A table of tenants in memory, behind a scripted CQL server: pages of what is asked for, one tenant, insert and delete.
import { type CqlType, readMap } from "./cql-frames.ts";
import type { CqlAnswer, Page, SeenQuery } from "./scripted-cql.ts";

/** As it stands in the table: null where there is nothing. */
export interface TableRow {
  tenant_id: string;
  enabled: boolean | null;
  namespace: string | null;
  target_cluster: string | null;
  repo_url: string | null;
  repo_path: string | null;
  labels: Map<string, string> | null;
  params: Map<string, string> | null;
}

export const TENANT_COLUMNS: [keyof TableRow, CqlType][] = [
  ["tenant_id", "text"],
  ["enabled", "boolean"],
  ["namespace", "text"],
  ["target_cluster", "text"],
  ["repo_url", "text"],
  ["repo_path", "text"],
  ["labels", "map<text, text>"],
  ["params", "map<text, text>"],
];

export const pageOf = (rows: readonly TableRow[], next?: string): Page => ({
  columns: TENANT_COLUMNS,
  rows: rows.map((row) => TENANT_COLUMNS.map(([name]) => row[name])),
  ...(next === undefined ? {} : { next }),
});

/** Answers what the store sends; anything else is refused as bad syntax. Empty maps are stored as null, as Cassandra does. */
export function cqlTable(rows: readonly TableRow[] = []): {
  respond: (query: SeenQuery) => CqlAnswer;
  rows: Map<string, TableRow>;
} {
  const table = new Map(rows.map((row) => [row.tenant_id, row]));
  const respond = ({ statement, values, pageSize, pageState = "0" }: SeenQuery): CqlAnswer => {
    const id = String(values[0]);
    if (/^SELECT [\w, ]+ FROM "\w+"\."\w+"$/.test(statement)) {
      const end = Number(pageState) + pageSize;
      const page = [...table.values()].slice(Number(pageState), end);
      return { page: pageOf(page, end < table.size ? String(end) : undefined) };
    }
    if (/^SELECT [\w, ]+ WHERE tenant_id = \?$/.test(statement.replace(/ FROM "\w+"\."\w+"/, ""))) {
      return { page: pageOf([...table.values()].filter((row) => row.tenant_id === id)) };
    }
    if (/^INSERT INTO "\w+"\."\w+" \([\w, ]+\) VALUES \([?, ]+\)$/.test(statement)) {
      table.set(id, insertedRow(statement, values));
      return "void";
    }
    if (/^DELETE FROM "\w+"\."\w+" WHERE tenant_id = \?$/.test(statement)) {
      table.delete(id);
      return "void";
    }
    return { error: 0x2000, text: "no viable alternative at input" };
  };
  return { respond, rows: table };
}

function insertedRow(statement: string, values: (Buffer | null)[]): TableRow {
  const names = /\(([\w, ]+)\) VALUES/.exec(statement)?.[1]?.split(", ") ?? [];
  const of = (name: keyof TableRow): Buffer | null => values[names.indexOf(name)] ?? null;
  const text = (name: keyof TableRow): string | null => of(name)?.toString() ?? null;
  const map = (name: keyof TableRow): Map<string, string> | null => {
    const value = of(name);
    const found = value === null ? new Map<string, string>() : readMap(value);
    return found.size === 0 ? null : found;
  };
  return {
    tenant_id: text("tenant_id") ?? "",
    enabled: of("enabled")?.[0] === 1,
    namespace: text("namespace"),
    target_cluster: text("target_cluster"),
    repo_url: text("repo_url"),
    repo_path: text("repo_path"),
    labels: map("labels"),
    params: map("params"),
  };
}
