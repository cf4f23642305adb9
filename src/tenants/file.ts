// Tenants in a YAML file, for those who have no database; comments stay when it is written. The only file of this room that knows YAML.
//
//   tenants:
//     - tenantId: acme
//       enabled: true      # a tenant without this line is not enabled, as in a database
//       namespace: tn-acme
//       targetCluster: in-cluster
//       repoUrl: https://github.com/yourorg/tenants.git
//       repoPath: tenants/acme
//       labels: { tier: gold }
//       params: { kafkaTopic: acme.events }
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isSeq, LineCounter, type Node, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import type { Clock } from "../model/clock.ts";
import { TerminalError } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { type Columns, type Row, readRow, type TenantRow } from "./row.ts";
import type { TenantStore } from "./store.ts";
import { type Change, createTextStore, idOf, type TextFormat, type TextTiming } from "./text-store.ts";

const TIMING: TextTiming = { pollMs: 1_000, settleMs: 100 };

export function createFileStore(options: {
  path: string;
  clock: Clock;
  log: Log;
  timing?: Partial<TextTiming>;
}): TenantStore {
  const { path, clock, log, timing } = options;
  return createTextStore({ name: "file", path, format: tenantsYaml, timing: { ...TIMING, ...timing }, clock, log });
}

const LIST = "tenants";
/** Names in the file, in the order in which they are written, and the columns that they are. */
const FIELDS = {
  tenantId: "tenant_id",
  enabled: "enabled",
  namespace: "namespace",
  targetCluster: "target_cluster",
  repoUrl: "repo_url",
  repoPath: "repo_path",
  labels: "labels",
  params: "params",
} as const satisfies Record<keyof TenantRow, keyof Columns>;
const FIELD_NAMES = Object.keys(FIELDS);
const fieldOf = (column: string): string => Object.entries(FIELDS).find(([, each]) => each === column)?.[0] ?? column;

export const tenantsYaml: TextFormat = {
  read: (text) => open(text).rows,
  write(text, change) {
    open(text); // its faults are not the change's
    try {
      return proved(text, changed(text, change), change);
    } catch (cause) {
      const tenantId = JSON.stringify("put" in change ? change.put.tenantId : change.remove);
      const reason = "it shares YAML anchors with others, so that it must be changed by hand";
      throw new TerminalError(`write tenant ${tenantId}: ${reason}`, { cause });
    }
  },
};

/** A text that has been read and is a list of tenants. */
interface Opened {
  document: Document;
  list: YAMLSeq;
  /** One for each row. */
  items: YAMLMap[];
  rows: Row[];
}

function open(text: string): Opened {
  const lines = new LineCounter();
  const at = (offset: number | undefined): string => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `line ${Math.max(line, 1)}, column ${Math.max(col, 1)}`;
  };
  const fault = (message: string, offset?: number): TerminalError => new TerminalError(`${at(offset)}: ${message}`);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) throw fault(error.message, error.pos[0]);
  const list = listOf(document, (message, node) => fault(message, start(node)));
  const items = list.items.map((item) => {
    if (!isMap(item)) throw fault("must be a tenant: a map of its fields", start(asNode(item)) ?? start(list));
    const stranger = item.items.find(({ key }) => !FIELD_NAMES.includes(String(key)));
    if (stranger === undefined) return item;
    throw fault(
      `${JSON.stringify(String(stranger.key))} is no field: ${FIELD_NAMES.join(", ")} are`,
      start(asNode(stranger.key)),
    );
  });
  const rows = items.map((item) => rowOf(document, item, (node) => at(start(node) ?? start(item))));

  const seen = new Map<string, YAMLMap>();
  for (const [index, row] of rows.entries()) {
    const item = items[index];
    const before = seen.get(idOf(row));
    if (item === undefined || idOf(row) === "") continue;
    if (before !== undefined) {
      throw fault(`tenant ${JSON.stringify(idOf(row))} is there already, at ${at(start(before))}`, start(item));
    }
    seen.set(idOf(row), item);
  }
  return { document, list, items, rows };
}

const start = (node: Node | null | undefined): number | undefined => node?.range?.[0];

function listOf(document: Document, fault: (message: string, node: Node | null) => TerminalError): YAMLSeq {
  const { contents } = document;
  if (!isMap(contents)) throw fault(`must be a map with the list "${LIST}"`, contents);
  const stranger = contents.items.find(({ key }) => String(key) !== LIST);
  if (stranger !== undefined) {
    throw fault(`${JSON.stringify(String(stranger.key))} is unknown: only "${LIST}" stands here`, asNode(stranger.key));
  }
  const list = contents.get(LIST, true);
  if (!isSeq(list)) throw fault(`"${LIST}" must be a list; an empty one is []`, asNode(list) ?? contents);
  return list;
}

const asNode = (value: unknown): Node | null =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a parsed collection holds are nodes
  typeof value === "object" && value !== null && "range" in value ? (value as Node) : null;

function rowOf(document: Document, item: YAMLMap, at: (node: Node | null) => string): Row {
  const value = (field: string): unknown => asNode(item.get(field, true))?.toJS(document, { mapAsMap: true });
  const row = readRow({
    tenant_id: value("tenantId"),
    enabled: value("enabled"),
    namespace: value("namespace"),
    target_cluster: value("targetCluster"),
    repo_url: value("repoUrl"),
    repo_path: value("repoPath"),
    labels: value("labels"),
    params: value("params"),
  });
  if (row.ok) return row;
  const faults = row.bad.faults.map(({ column, message }) => {
    const field = fieldOf(column);
    return { column: field, message: `${message} (${at(asNode(item.get(field, true)))})` };
  });
  return { ok: false, bad: { ...row.bad, faults } };
}

function changed(text: string, change: Change): string {
  const { document, list, items, rows } = open(text);
  const index = rows.findIndex((row) => idOf(row) === ("put" in change ? change.put.tenantId : change.remove));
  if ("remove" in change) {
    if (index >= 0) list.delete(index);
  } else {
    const item = items[index];
    if (item === undefined) append(document, list, change.put);
    else if (!isDeepStrictEqual(rows[index], { ok: true, row: change.put })) update(document, item, change.put);
    else return text;
  }
  return document.toString({ lineWidth: 0, indentSeq: !/^- /m.test(text) });
}

function append(document: Document, list: YAMLSeq, row: TenantRow): void {
  if (list.items.length === 0) list.flow = false; // `[]` is how an empty list is written
  const fields = FIELD_NAMES.map((field) => [field, valueOf(row, field)] as const);
  list.add(document.createNode(new Map(fields.filter(([, value]) => !(value instanceof Map && value.size === 0)))));
}

/** Changes only what differs: a node that stays keeps its comments and its style. */
function update(document: Document, item: YAMLMap, row: TenantRow): void {
  for (const field of FIELD_NAMES) {
    const [now, wanted] = [asNode(item.get(field, true)), valueOf(row, field)];
    if (isDeepStrictEqual(now?.toJS(document, { mapAsMap: true }), wanted)) continue;
    if (!(wanted instanceof Map)) item.set(field, wanted);
    else if (wanted.size === 0) item.delete(field);
    else if (isMap(now)) updateMap(now, wanted);
    else item.set(field, document.createNode(wanted));
  }
}

function updateMap(node: YAMLMap, wanted: ReadonlyMap<string, string>): void {
  node.items = node.items.filter(({ key }) => wanted.has(String(key)));
  for (const [key, value] of wanted) if (node.get(key) !== value) node.set(key, value);
}

function valueOf(row: TenantRow, field: string): unknown {
  const value = Object.entries(row).find(([name]) => name === field)?.[1];
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : value;
}

/** Reads the new text back: with anchors and aliases one change may reach other tenants, and then it is not made. */
function proved(before: string, after: string, change: Change): string {
  const tenantId = "put" in change ? change.put.tenantId : change.remove;
  const wanted = "put" in change ? { ok: true, row: change.put } : undefined;
  const rows = open(after).rows;
  const others = (all: readonly Row[]): unknown[] => withoutPlaces(all.filter((row) => idOf(row) !== tenantId));
  const own = rows.find((row) => idOf(row) === tenantId);
  if (isDeepStrictEqual(own, wanted) && isDeepStrictEqual(others(rows), others(open(before).rows))) return after;
  throw new Error("others would change with it");
}

/** Lines move when others come and go. */
function withoutPlaces(rows: readonly Row[]): unknown[] {
  return rows.map((row) => {
    if (row.ok) return row;
    const faults = row.bad.faults.map(({ message }) => message.replace(/ \(line \d+, column \d+\)$/, ""));
    return { ...row.bad, faults };
  });
}
