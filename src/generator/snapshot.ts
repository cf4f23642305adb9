// One complete scan of the registry, in order and with a hash of its content. What is served of it the guard decides.
import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { BadRow, Row, TenantRow } from "../tenants/row.ts";
import type { TenantStore } from "../tenants/store.ts";
import type { Filter } from "./input.ts";
import { inOrder } from "./params.ts";

export interface Snapshot {
  /** Rows that can be read, disabled ones too, by tenantId in code-unit order. */
  rows: ReadonlyMap<string, TenantRow>;
  /** Rows that cannot, by tenantId; those that do not even tell it are only counted. */
  bad: ReadonlyMap<string, BadRow>;
  nameless: number;
  /** Equal for equal content, in whatever order it was read. 32 hex digits. */
  hash: string;
  /** Ids of the enabled tenants that the filter lets through, in order; the same set each time. */
  matching(filter: Filter | undefined): ReadonlySet<string>;
}

/** How many rows are worked on before others get their turn: a few milliseconds. */
export const ROWS_A_TURN = 250;
/** Filters whose matches are remembered; more are asked for only by somebody who tries them out. */
const REMEMBERED = 1_000;

/** Reads the store to its end; throws what it throws, and then there is no snapshot at all. */
export async function takeSnapshot(store: Pick<TenantStore, "scan">, signal: AbortSignal): Promise<Snapshot> {
  const read: Read = { good: new Map(), bad: new Map(), nameless: 0 };
  let count = 0;
  for await (const row of store.scan(signal)) {
    add(read, row);
    if (++count % ROWS_A_TURN === 0) await turn(); // a store that has all rows at hand would not wait between them
  }
  signal.throwIfAborted(); // a store that ends early when it is told to stop has not reached the end
  const ids = [...read.good.keys(), ...read.bad.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  const hash = createHash("sha256");
  const rows = new Map<string, TenantRow>();
  const bad = new Map<string, BadRow>();
  for (const [index, id] of ids.entries()) {
    const good = read.good.get(id);
    const broken = read.bad.get(id);
    if (good !== undefined) rows.set(id, good.row);
    if (broken !== undefined) bad.set(id, broken);
    hash.update(`${good?.content ?? JSON.stringify([id, broken?.enabled, "bad"])}\n`);
    if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await turn();
  }
  hash.update(String(read.nameless));
  return createSnapshot({ rows, bad, nameless: read.nameless, hash: hash.digest("hex").slice(0, 32) });
}

function createSnapshot(content: Omit<Snapshot, "matching">): Snapshot {
  const everybody = new Set<string>();
  for (const [id, row] of content.rows) if (row.enabled) everybody.add(id);
  const remembered = new Map<string, ReadonlySet<string>>();
  return {
    ...content,
    matching(filter) {
      if (filter === undefined) return everybody;
      const name = JSON.stringify([filter.key, filter.value]);
      const known = remembered.get(name);
      if (known !== undefined) return known;
      const found = new Set<string>();
      for (const [id, row] of content.rows) if (row.enabled && matches(row, filter)) found.add(id);
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(name, found);
      return found;
    },
  };
}

const matches = ({ labels }: TenantRow, { key, value }: Filter): boolean =>
  Object.hasOwn(labels, key) && labels[key] === value;

interface Read {
  good: Map<string, { row: TenantRow; content: string }>;
  bad: Map<string, BadRow>;
  nameless: number;
}

/** A tenant that is told twice, and differently, cannot be relied on: it counts as a bad row. */
function add(read: Read, row: Row): void {
  if (!row.ok) return addBad(read, row.bad);
  const id = row.row.tenantId;
  const content = contentOf(row.row);
  const before = read.good.get(id);
  if (before === undefined && !read.bad.has(id)) read.good.set(id, { row: row.row, content });
  else if (before?.content !== content) addBad(read, twice(id, row.row.enabled));
}

function addBad(read: Read, bad: BadRow): void {
  const { tenantId: id } = bad;
  if (id === "") {
    read.nameless++;
    return;
  }
  const enabled = bad.enabled || read.good.get(id)?.row.enabled === true || read.bad.get(id)?.enabled === true;
  read.good.delete(id);
  read.bad.set(id, { ...bad, enabled });
}

const twice = (tenantId: string, enabled: boolean): BadRow => ({
  tenantId,
  enabled,
  faults: [{ column: "tenant_id", message: "is there twice, with different content" }],
});

function contentOf(row: TenantRow): string {
  const { tenantId, enabled, namespace, targetCluster, repoUrl, repoPath, labels, params } = row;
  const fields = [tenantId, enabled, namespace, targetCluster, repoUrl, repoPath, inOrder(labels), inOrder(params)];
  return JSON.stringify(fields);
}
