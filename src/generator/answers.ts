// The bytes of answers made from one snapshot and one baseline: written once for each content, however many callers ask.

import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { TenantRow } from "../tenants/row.ts";
import type { Baseline, KeyBaseline } from "./baseline.ts";
import { canonical } from "./input.ts";
import { writeTenant } from "./params.ts";
import { ROWS_A_TURN, type Snapshot } from "./snapshot.ts";

export interface AnswerBytes {
  /** `{"output":{"parameters":[…]}}`, tenants by tenantId in code-unit order. */
  body: Buffer;
  gzipped: Buffer;
}

export interface Answers {
  /** Undefined where tenants must be in the answer of which no version is known. */
  of(entry: KeyBaseline): Promise<AnswerBytes> | undefined;
}

/** The fastest level makes a twentieth of the bytes; better ones cost more than they save. */
const GZIP = { level: 1 };

export function createAnswers(options: {
  snapshot: Snapshot;
  rows: Baseline["rows"];
  paramsOverride: boolean;
}): Answers {
  const { snapshot, rows: held, paramsOverride: override } = options;
  const made = new Map<string, Promise<AnswerBytes>>();

  function rowsOf({ served, key }: KeyBaseline): TenantRow[] | undefined {
    const wanted = snapshot.matching(key.filter);
    const ids = served.size === wanted.size ? wanted : [...served].toSorted((a, b) => (a < b ? -1 : 1));
    const rows: TenantRow[] = [];
    for (const id of ids) {
      const row = wanted.has(id) ? snapshot.rows.get(id) : held.get(id);
      if (row === undefined) return undefined;
      rows.push(row);
    }
    return rows;
  }

  async function write(rows: readonly TenantRow[]): Promise<AnswerBytes> {
    const parts: Buffer[] = [Buffer.from('{"output":{"parameters":[')];
    for (let from = 0; from < rows.length; from += ROWS_A_TURN) {
      if (from > 0) await turn();
      const some = rows.slice(from, from + ROWS_A_TURN).map((row) => writeTenant(row, { override }));
      parts.push(Buffer.from((from > 0 ? "," : "") + some.join(",")));
    }
    const body = Buffer.concat([...parts, Buffer.from("]}}")]);
    return { body, gzipped: await zip(body, GZIP) };
  }

  return {
    of(entry) {
      const wanted = snapshot.matching(entry.key.filter);
      const isClean = entry.served.size === wanted.size;
      // an answer in which nothing is held depends on the filter alone
      const name = isClean ? canonical({ ...entry.key, applicationSetName: "" }) : `held ${canonical(entry.key)}`;
      const known = made.get(name);
      if (known !== undefined) return known;
      const rows = rowsOf(entry);
      if (rows === undefined) return undefined;
      const bytes = write(rows);
      made.set(name, bytes);
      bytes.catch(() => made.delete(name));
      return bytes;
    },
  };
}

const zip = promisify<Buffer, { level: number }, Buffer>(gzip);
