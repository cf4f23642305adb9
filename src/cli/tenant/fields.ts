// A tenant's fields on the command line: the options that set them, and the row that comes of them.
import { readRow, type TenantRow } from "../../tenants/row.ts";
import { type CommandOption, type Given, listOf, textOf, UsageError } from "../command.ts";
import type { Columns } from "../output.ts";

export const FIELDS: readonly CommandOption[] = [
  { flags: "--namespace <name>", about: "namespace that the tenant moves into" },
  { flags: "--cluster <name>", about: "cluster, as Argo CD calls it" },
  { flags: "--repo-url <url>", about: "repository of the tenant's manifests" },
  { flags: "--repo-path <path>", about: "folder within it" },
  { flags: "--label <key=value>", about: "label to filter by; `key-` takes one away; may be repeated", repeated: true },
  {
    flags: "--param <key=value>",
    about: "parameter of its own; `key-` takes one away; may be repeated",
    repeated: true,
  },
  { flags: "--enable", about: "make the tenant one that Argo CD gets" },
  { flags: "--disable", about: "keep the row, but take the tenant out" },
];

export const DRY_RUN: CommandOption = { flags: "--dry-run", about: "show what would be written, and write nothing" };

export const COLUMNS: Columns<TenantRow> = [
  ["TENANT", (row) => row.tenantId],
  ["ENABLED", (row) => String(row.enabled)],
  ["NAMESPACE", (row) => row.namespace],
  ["CLUSTER", (row) => row.targetCluster],
  ["REPOSITORY", (row) => row.repoUrl],
  ["PATH", (row) => row.repoPath],
  ["LABELS", (row) => pairs(row.labels)],
];

/** The row `before` with what was given put over it. Throws UsageError that names each fault. */
export function withFields(before: TenantRow, given: Given): TenantRow {
  if (given["enable"] === true && given["disable"] === true) {
    throw new UsageError("--enable and --disable exclude each other");
  }
  const text = (option: string, old: string): string => textOf(given, option) || old;
  const row = readRow({
    tenant_id: before.tenantId,
    enabled: given["enable"] === true || (before.enabled && given["disable"] !== true),
    namespace: text("namespace", before.namespace),
    target_cluster: text("cluster", before.targetCluster),
    repo_url: text("repoUrl", before.repoUrl),
    repo_path: text("repoPath", before.repoPath),
    labels: changed(before.labels, listOf(given, "label"), "--label"),
    params: changed(before.params, listOf(given, "param"), "--param"),
  });
  if (row.ok) return row.row;
  const faults = row.bad.faults.map(({ column, message }) => `${column}: ${message}`);
  throw new UsageError(`tenant ${JSON.stringify(before.tenantId)}: ${faults.join("; ")}`);
}

function changed(before: Record<string, string>, changes: readonly string[], option: string): Map<string, string> {
  const map = new Map(Object.entries(before));
  for (const change of changes) {
    const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(change) ?? [];
    if (key !== "") map.set(key, value);
    else if (/^[^=]+-$/.test(change)) map.delete(change.slice(0, -1));
    else throw new UsageError(`${option} is ${JSON.stringify(change)}: must be key=value, or key- to take it away`);
  }
  return map;
}

const pairs = (map: Record<string, string>): string =>
  Object.entries(map)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(",");
