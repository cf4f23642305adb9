// A tenant store over CQL: pages to the very end, tries again, one time limit, errors in our words. How a server is reached is its caller's business.
import type { Backoff } from "../model/backoff.ts";
import type { Clock } from "../model/clock.ts";
import { describe, TerminalError } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { type CqlPlace, cqlFault } from "./cql-fault.ts";
import { persist, timeLimit } from "./retry.ts";
import { type Columns, type Row, readRow, refuseBadRow } from "./row.ts";
import { createSessionHolder } from "./session.ts";
import type { TenantStore } from "./store.ts";
import { columnsFault, type DescribedColumn, type Statement, tenantTable } from "./tenant-table.ts";

/** Connections to the database. `execute` and opening one reject with the driver's errors. */
export interface CqlSession {
  execute(statement: Statement, asked: Asked): Promise<CqlPage>;
  /** False: it has lost its servers, and a new one must be opened. */
  alive(): boolean;
  close(): Promise<void>;
}

export type Asked = { read: true; pageState?: string } | { read: false };

/** As the server gave it. `rows` is undefined where the answer is none of rows. */
export interface CqlPage {
  rows: readonly Columns[] | undefined;
  columns: readonly DescribedColumn[];
  /** Where the next page begins; null: this was the last. */
  next: string | null;
}

export interface CqlTiming {
  /** For a whole scan, all its tries included. */
  scanMs: number;
  /** The same for get, put and remove. */
  callMs: number;
  /** Tries for each page. */
  tries: number;
  backoff: Backoff;
}

export interface CqlStoreOptions {
  name: string;
  place: CqlPlace;
  open: () => Promise<CqlSession>;
  timing: CqlTiming;
  clock: Clock;
  log: Log;
  random?: (() => number) | undefined;
}

type Verb = "scan" | "get" | "put" | "remove";

export function createCqlStore(options: CqlStoreOptions): TenantStore {
  const { name, place, open, timing, clock, log, random = Math.random } = options;
  const table = `${place.keyspace}.${place.table}`;
  const statements = tenantTable(place.keyspace, place.table);
  const sessions = createSessionHolder({
    open,
    alive: (session) => session.alive(),
    close: (session) => session.close(),
  });

  /** One try of one statement. */
  async function attempt(statement: Statement, asked: Asked): Promise<CqlPage> {
    try {
      const session = await sessions.get();
      return await session.execute(statement, asked);
    } catch (error) {
      const { words, passing, cause } = cqlFault(error, place);
      throw passing ? new Error(words, { cause }) : new TerminalError(words, { cause });
    }
  }

  function execute(verb: Verb, statement: Statement, asked: Asked, signal: AbortSignal): Promise<CqlPage> {
    const onRetry = (error: unknown): void =>
      log.warn({ verb, table, reason: describe(error) }, "tenant database: trying again");
    const { tries, backoff } = timing;
    return persist(() => attempt(statement, asked), { tries, backoff, clock, random, signal, onRetry });
  }

  /** Page after page until there is none: an empty one may be followed by a full one. */
  async function* pages(verb: Verb, statement: Statement, signal: AbortSignal): AsyncGenerator<Row[]> {
    const tenants = new Set<string>();
    const states = new Set([""]);
    let pageState: string | undefined;
    for (;;) {
      const asked: Asked = pageState === undefined ? { read: true } : { read: true, pageState };
      const page = await execute(verb, statement, asked, signal);
      const rows = checkedRows(page).map(readRow);
      for (const row of rows) refuseSecond(row, tenants);
      yield rows;
      if (page.next === null) return;
      // to stop here would be a short answer, to go on an endless one
      if (states.has(page.next)) throw new TerminalError("the server says that there is more, but not where");
      states.add(page.next);
      pageState = page.next;
    }
  }

  /** One call of ours: its time, and what its errors say. */
  function begin(
    verb: Verb,
    ms: number,
    signal: AbortSignal,
  ): { signal: AbortSignal; fault: (error: unknown) => Error; end: () => void } {
    const time = timeLimit(ms, clock, signal);
    const operation = `${verb} ${table} on ${place.host}`;
    const fault = (error: unknown): Error => {
      if (signal.aborted) return new Error(`${operation}: aborted`, { cause: error });
      if (time.over()) return new Error(`${operation}: not done within ${ms} ms`, { cause: error });
      if (!(error instanceof Error)) return new Error(`${operation}: failed`, { cause: error });
      const Kind = error instanceof TerminalError ? TerminalError : Error;
      return new Kind(`${operation}: ${error.message}`, { cause: error.cause });
    };
    return { signal: time.signal, fault, end: () => time.clear() };
  }

  async function* scan(signal: AbortSignal): AsyncGenerator<Row> {
    const call = begin("scan", timing.scanMs, signal);
    try {
      for await (const page of pages("scan", statements.scan, call.signal)) {
        for (const row of page) {
          if (call.signal.aborted) throw new Error("aborted", { cause: call.signal.reason });
          yield row;
        }
      }
    } catch (error) {
      throw call.fault(error);
    } finally {
      call.end();
    }
  }

  async function inTime<T>(verb: Verb, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const call = begin(verb, timing.callMs, signal);
    try {
      return await work(call.signal);
    } catch (error) {
      throw call.fault(error);
    } finally {
      call.end();
    }
  }

  async function find(verb: Verb, tenantId: string, signal: AbortSignal): Promise<Row | undefined> {
    if (tenantId === "") return undefined; // no key of a table, and a row without id is nobody's
    const found: Row[] = [];
    for await (const page of pages(verb, statements.get(tenantId), signal)) found.push(...page);
    return found[0];
  }

  return {
    name,
    scan,
    get: (tenantId, signal) => inTime("get", signal, (inner) => find("get", tenantId, inner)),
    async put(row, signal) {
      refuseBadRow(row);
      await inTime("put", signal, async (inner) => {
        await find("put", row.tenantId, inner); // for its columns: bytes of one type may well be legal, and wrong, in another
        await execute("put", statements.put(row), { read: false }, inner);
      });
    },
    remove: (tenantId, signal) =>
      inTime("remove", signal, async (inner) => {
        if ((await find("remove", tenantId, inner)) === undefined) return false;
        await execute("remove", statements.remove(tenantId), { read: false }, inner);
        return true;
      }),
    subscribe: () => undefined, // the database tells nobody
    close: () => sessions.close(),
  };
}

/** Throws unless the answer is one of rows with the columns that we know: anything else might look like an empty table. */
function checkedRows({ rows, columns }: CqlPage): readonly Columns[] {
  if (rows === undefined) throw new TerminalError("the server's answer holds no rows, not even none");
  const fault = columnsFault(columns);
  if (fault !== undefined) throw new TerminalError(fault);
  return rows;
}

/** A tenant that comes again: with further columns in the table's primary key nobody could tell which row is meant. */
function refuseSecond(row: Row, seen: Set<string>): void {
  const tenantId = row.ok ? row.row.tenantId : row.bad.tenantId;
  if (seen.has(tenantId)) {
    const id = JSON.stringify(tenantId);
    throw new TerminalError(`tenant ${id} comes twice: tenant_id must be the table's whole primary key`);
  }
  if (tenantId !== "") seen.add(tenantId);
}
