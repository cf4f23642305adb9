// The baseline as JSON. Ids are told once, and equal sets of them once: 10,000 tenants take 120 kB, 30 kB compressed, for one key or a hundred.
import type { TenantRow } from "../tenants/row.ts";
import type { Baseline, KeyBaseline } from "./baseline.ts";
import { canonical } from "./input.ts";
import { REFUSAL_REASONS } from "./refusal.ts";

const FORMAT = 1;
const TABLES = ["unknown", "filled", "empty"] as const;
const ROW_FIELDS = ["tenantId", "namespace", "targetCluster", "repoUrl", "repoPath"] as const;

/** `rows: false` leaves out the last good versions, where there is no room for them. */
export function writeBaseline(baseline: Baseline, { rows = true }: { rows?: boolean } = {}): string {
  const entries = [...baseline.keys.values()];
  const ids = idsOf(entries);
  const at = new Map(ids.map((id, index) => [id, index]));
  const sets: string[] = [];
  const bySet = new Map<ReadonlySet<string>, number>();
  const byBits = new Map<string, number>();
  const setNumber = (served: ReadonlySet<string>): number => {
    const known = bySet.get(served);
    if (known !== undefined) return known;
    const bits = bitmap(served, at);
    const index = byBits.get(bits) ?? sets.push(bits) - 1;
    bySet.set(served, index);
    byBits.set(bits, index);
    return index;
  };
  const keys = entries.map(({ key, served, pending, refusal, asked }) => ({
    name: key.applicationSetName,
    ...(key.filter === undefined ? {} : { filter: [key.filter.key, key.filter.value] }),
    set: setNumber(served),
    ...(pending.size === 0 ? {} : { pending: [...pending] }),
    ...(refusal === undefined ? {} : { refusal }),
    asked,
  }));
  const { version, hash, table } = baseline;
  return JSON.stringify({
    format: FORMAT,
    version,
    hash,
    table,
    ids,
    sets,
    keys,
    rows: rows ? [...baseline.rows.values()] : [],
  });
}

/** Throws for anything that `writeBaseline` does not write: a baseline that is half understood guards nothing. */
export function readBaseline(text: string): Baseline {
  const document = object(parsed(text), "document");
  if (document["format"] !== FORMAT) throw new Error(`read baseline: format ${FORMAT} is expected`);
  const ids = list(document["ids"], "ids").map((id) => string(id, "id"));
  const sets = list(document["sets"], "sets").map((bits) => membersOf(string(bits, "set"), ids));
  const keys = list(document["keys"], "keys").map((entry) => readEntry(object(entry, "key"), sets));
  const rows = list(document["rows"], "rows").map((row) => readHeld(object(row, "row")));
  return {
    version: count(document["version"], "version"),
    hash: string(document["hash"], "hash"),
    table: oneOf(TABLES, document["table"], "table"),
    keys: new Map(keys.map((entry) => [canonical(entry.key), entry])),
    rows: new Map(rows.map((row) => [row.tenantId, row])),
  };
}

function readEntry(entry: Record<string, unknown>, sets: readonly ReadonlySet<string>[]): KeyBaseline {
  const served = sets[count(entry["set"], "set")];
  if (served === undefined) throw unreadable("set");
  const pending = list(entry["pending"] ?? [], "pending").map((pair): [string, number] => {
    const [id, scans] = list(pair, "pending");
    return [string(id, "pending"), count(scans, "pending")];
  });
  const refusal = entry["refusal"] === undefined ? undefined : object(entry["refusal"], "refusal");
  return {
    key: { applicationSetName: string(entry["name"], "name"), ...readFilter(entry["filter"]) },
    served,
    pending: new Map(pending),
    ...(refusal === undefined
      ? {}
      : {
          refusal: {
            reason: oneOf(REFUSAL_REASONS, refusal["reason"], "refusal"),
            removals: count(refusal["removals"], "refusal"),
            of: count(refusal["of"], "refusal"),
            allowed: count(refusal["allowed"], "refusal"),
          },
        }),
    asked: count(entry["asked"], "asked"),
  };
}

function readFilter(filter: unknown): { filter?: { key: string; value: string } } {
  if (filter === undefined) return {};
  const [key, value] = list(filter, "filter");
  return { filter: { key: string(key, "filter"), value: string(value, "filter") } };
}

function readHeld(row: Record<string, unknown>): TenantRow {
  const [tenantId, namespace, targetCluster, repoUrl, repoPath] = ROW_FIELDS.map((field) => string(row[field], "row"));
  if (typeof row["enabled"] !== "boolean") throw unreadable("row");
  return {
    tenantId: tenantId ?? "",
    enabled: row["enabled"],
    namespace: namespace ?? "",
    targetCluster: targetCluster ?? "",
    repoUrl: repoUrl ?? "",
    repoPath: repoPath ?? "",
    labels: textMap(row["labels"]),
    params: textMap(row["params"]),
  };
}

/** Every id that is in some answer, in code-unit order. */
function idsOf(entries: readonly KeyBaseline[]): string[] {
  const ids = new Set<string>();
  for (const served of new Set(entries.map((entry) => entry.served))) for (const id of served) ids.add(id);
  return [...ids].toSorted((a, b) => (a < b ? -1 : 1));
}

/** One bit for each id, lowest first, in base64. */
function bitmap(served: ReadonlySet<string>, at: ReadonlyMap<string, number>): string {
  const bytes = Buffer.alloc(Math.ceil(at.size / 8));
  for (const id of served) {
    const index = at.get(id) ?? 0;
    bytes.writeUInt8(bytes.readUInt8(index >> 3) | (1 << (index & 7)), index >> 3);
  }
  return bytes.toString("base64");
}

function membersOf(bits: string, ids: readonly string[]): ReadonlySet<string> {
  const bytes = Buffer.from(bits, "base64");
  if (bytes.length !== Math.ceil(ids.length / 8)) throw unreadable("set");
  return new Set(ids.filter((_, index) => (bytes.readUInt8(index >> 3) & (1 << (index & 7))) !== 0));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("read baseline: it is not JSON", { cause });
  }
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(what);
  // fromEntries defines each key, and so keeps `__proto__`
  return Object.fromEntries(Object.entries(value));
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw unreadable(what);
  return value;
}

function string(value: unknown, what: string): string {
  if (typeof value !== "string") throw unreadable(what);
  return value;
}

function count(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw unreadable(what);
  return value;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, what: string): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw unreadable(what);
  return found;
}

const textMap = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(object(value, "row")).map(([key, text]) => [key, string(text, "row")]));

const unreadable = (what: string): Error => new Error(`read baseline: ${what} is not as it was written`);
