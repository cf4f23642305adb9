// What a tenant's row must look like: one schema for every store. It reads one row; it fetches none and refuses no other.
import { z } from "zod";
import { TerminalError } from "../model/errors.ts";
import { DNS_LABEL } from "../model/names.ts";

/** `labels` and `params` may hold any key, `__proto__` too: take keys with Object.entries, never build such maps by assignment. */
export interface TenantRow {
  tenantId: string;
  enabled: boolean;
  namespace: string;
  /** Name of the cluster as Argo CD knows it. */
  targetCluster: string;
  repoUrl: string;
  repoPath: string;
  labels: Record<string, string>;
  params: Record<string, string>;
}

/** A row with faults. `tenantId` is "" if it cannot be told, and need not be a legal one. */
export interface BadRow {
  tenantId: string;
  /** False only if the row says so (null does): where `enabled` itself is at fault, nobody has disabled the tenant. */
  enabled: boolean;
  faults: { column: string; message: string }[];
}

export type Row = { ok: true; row: TenantRow } | { ok: false; bad: BadRow };

/** The columns of a row, as they come from a store: null and undefined are alike, maps are Map or object. */
export interface Columns {
  tenant_id: unknown;
  enabled: unknown;
  namespace: unknown;
  target_cluster: unknown;
  repo_url: unknown;
  repo_path: unknown;
  labels: unknown;
  params: unknown;
}

const LABEL_RULE = `must be a DNS-1123 label: at most 63 of a-z, 0-9 and "-", not at the ends`;
/** With a scheme; or user@host:path, as ssh has it; or host/path, as OCI registries of charts have it. */
const REPOSITORY = /^((https?|ssh|git|oci):\/\/[^\s/]\S*|[\w.-]+@[\w.-]+:\S+|[\w.-]+(:\d{1,5})?\/\S+)$/;

/** Map keys: a Kubernetes label key has at most 253 + 1 + 63 characters. */
const MAX_KEY = 317;
const MAX_LABELS = { entries: 64, value: 1_024, total: 32_768 };
/** A row of Amazon Keyspaces holds 1 MB; answers carry every param twice. */
const MAX_PARAMS = { entries: 256, value: 16_384, total: 131_072 };

/** Text of one line, not blank, as it is meant: no blanks around it. */
function line(most: number): z.ZodType<string> {
  const stop = { abort: true };
  return z
    .string({ error: ({ input }) => (input === null || input === undefined ? "is missing" : "must be text") })
    .refine((value) => value.trim() !== "", { error: "must not be blank", ...stop })
    .refine((value) => value.length <= most, { error: `must be at most ${most} characters`, ...stop })
    .refine((value) => !/\p{Cc}/u.test(value), { error: "must be one line without control characters", ...stop })
    .refine((value) => value === value.trim(), { error: "must not begin or end with a blank", ...stop });
}

const shaped = (most: number, shape: RegExp, error: string): z.ZodType<string> =>
  line(most).refine((value) => shape.test(value), { error });

/** Text to text, from a Map, an object or nothing. */
function textMap(most: { entries: number; value: number; total: number }): z.ZodType<Record<string, string>> {
  return z.unknown().transform((given, context) => {
    const entries = entriesOf(given);
    const fault = entries === undefined ? "must be a map of text to text" : mapFault(entries, most);
    if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
    // fromEntries defines each key, and so keeps `__proto__`
    return Object.fromEntries(
      fault === undefined ? (entries ?? []).map(([key, value]) => [key, typeof value === "string" ? value : ""]) : [],
    );
  });
}

function entriesOf(given: unknown): [string, unknown][] | undefined {
  if (given === null || given === undefined) return [];
  if (given instanceof Map) {
    const entries: [unknown, unknown][] = [...given];
    return entries.every((entry): entry is [string, unknown] => typeof entry[0] === "string") ? entries : undefined;
  }
  return typeof given === "object" && !Array.isArray(given) ? Object.entries(given) : undefined;
}

function mapFault(
  entries: readonly [string, unknown][],
  most: { entries: number; value: number; total: number },
): string | undefined {
  if (entries.length > most.entries) return `must have at most ${most.entries} entries`;
  let total = 0;
  for (const [key, value] of entries) {
    if (key.length > MAX_KEY) return `must have keys of at most ${MAX_KEY} characters`;
    if (typeof value !== "string") return `must be a map of text to text: the value of ${JSON.stringify(key)} is none`;
    if (value.length > most.value) {
      return `must have values of at most ${most.value} characters: that of ${JSON.stringify(key)} is longer`;
    }
    total += key.length + value.length;
  }
  return total > most.total ? `must be at most ${most.total} characters in all` : undefined;
}

const SCHEMA = z.object({
  // the id becomes a label value (at most 63) and, under a template such as `tenant-{{.tenantId}}`, part of an object's name
  tenant_id: shaped(63, DNS_LABEL, `${LABEL_RULE}, for it becomes a label value and part of object names`),
  enabled: z
    .boolean({ error: "must be true or false" })
    .nullish()
    .transform((value) => value ?? false),
  namespace: shaped(63, DNS_LABEL, LABEL_RULE),
  target_cluster: line(253),
  repo_url: shaped(
    2_048,
    REPOSITORY,
    "must be a repository: https://…, ssh://…, oci://…, user@host:path or registry/path",
  ),
  repo_path: line(1_024),
  labels: textMap(MAX_LABELS),
  params: textMap(MAX_PARAMS),
});

/** Reads one row. Null maps become empty ones, null `enabled` becomes false. Faults never repeat a value: it may be a secret. */
export function readRow(columns: Columns): Row {
  const result = SCHEMA.safeParse(columns);
  if (result.success) {
    const { tenant_id, enabled, namespace, target_cluster, repo_url, repo_path, labels, params } = result.data;
    const rest = { namespace, targetCluster: target_cluster, repoUrl: repo_url, repoPath: repo_path, labels, params };
    return { ok: true, row: { tenantId: tenant_id, enabled, ...rest } };
  }
  const { tenant_id: id, enabled } = columns;
  return {
    ok: false,
    bad: {
      tenantId: typeof id === "string" ? id.slice(0, 253) : "",
      enabled: enabled !== false && enabled !== null && enabled !== undefined,
      faults: result.error.issues.map(({ path, message }) => ({ column: String(path[0]), message })),
    },
  };
}

/** The same row as columns: what a store writes. */
export function columnsOf(row: TenantRow): Columns & Record<"labels" | "params", Map<string, string>> {
  return {
    tenant_id: row.tenantId,
    enabled: row.enabled,
    namespace: row.namespace,
    target_cluster: row.targetCluster,
    repo_url: row.repoUrl,
    repo_path: row.repoPath,
    labels: new Map(Object.entries(row.labels)),
    params: new Map(Object.entries(row.params)),
  };
}

/** Throws TerminalError with every fault: what is wrong is not written. */
export function refuseBadRow(row: TenantRow): void {
  const read = readRow(columnsOf(row));
  if (read.ok) return;
  const faults = read.bad.faults.map(({ column, message }) => `${column} ${message}`);
  throw new TerminalError(`write tenant ${JSON.stringify(read.bad.tenantId)}: ${faults.join("; ")}`);
}
