// A tenant store over one text file that people and other processes change too. What the text means, its format says.
import { type Clock, delay } from "../model/clock.ts";
import { describe, TerminalError } from "../model/errors.ts";
import type { Log } from "../model/log.ts";
import { replaceFile } from "./atomic-write.ts";
import { type FileContent, isStill, readSettled } from "./file-content.ts";
import { type Row, refuseBadRow, type TenantRow } from "./row.ts";
import type { TenantStore } from "./store.ts";

export type Change = { put: TenantRow } | { remove: string };

export interface TextFormat {
  /** Every row; throws, with line and column, if the text as a whole is no list of tenants. */
  read(text: string): Row[];
  /** The text with the change made and all else as it was. */
  write(text: string, change: Change): string;
}

export interface TextTiming {
  /** How often the file is looked at once somebody has subscribed. */
  pollMs: number;
  /** How long a file that was just written must stay as it is before it is believed. */
  settleMs: number;
}

export interface TextStoreOptions {
  name: string;
  path: string;
  format: TextFormat;
  timing: TextTiming;
  clock: Clock;
  log: Log;
}

interface Version {
  content: FileContent;
  rows: Row[];
}

/** How often a write begins anew because the file was changed meanwhile. */
const WRITE_TRIES = 5;

/**
 * Looks whether the file has changed whenever it is asked. A new version that is refused is logged once, and the last good one stays;
 * a file that cannot be read, or is not there, is an error each time: it is no empty list.
 */
export function createTextStore({ name, path, format, timing, clock, log }: TextStoreOptions): TenantStore {
  const listeners: (() => void)[] = [];
  const closing = new AbortController();
  let good: Version | undefined;
  let refused: { content: FileContent; error: unknown } | undefined;
  let asked = false;
  let polling = false;
  let unreadable = "";
  let lastWrite: Promise<unknown> = Promise.resolve();

  function check(signal: AbortSignal): void {
    if (closing.signal.aborted) throw new Error(`use ${path}: the store is closed`);
    if (signal.aborted) throw new Error(`read ${path}: aborted`, { cause: signal.reason });
  }

  /** What is in the file now, good or not. */
  async function look(signal: AbortSignal): Promise<Version | { content: FileContent; error: unknown }> {
    check(signal);
    const known = refused ?? good;
    const content = await readSettled({ path, clock, signal, settleMs: timing.settleMs }, known?.content);
    if (known !== undefined && content === known.content) return known;
    try {
      return { content, rows: good?.content.text === content.text ? good.rows : format.read(content.text) };
    } catch (error) {
      return { content, error: named(error) };
    }
  }

  function named(error: unknown): Error {
    if (!(error instanceof Error)) return new Error(`read ${path}: failed`, { cause: error });
    const Kind = error instanceof TerminalError ? TerminalError : Error;
    return new Kind(`read ${path}: ${error.message}`, { cause: error.cause });
  }

  /** The rows that are in force. */
  async function rows(signal: AbortSignal): Promise<Row[]> {
    const first = !asked;
    asked = true;
    const found = await look(signal);
    if ("error" in found) return refuse(found);
    const changed = !first && found.content.text !== good?.content.text;
    good = found;
    refused = undefined;
    if (changed) tell();
    return found.rows;
  }

  function refuse(found: { content: FileContent; error: unknown }): Row[] {
    const isNew = refused?.content.text !== found.content.text;
    refused = found;
    if (good === undefined) throw found.error;
    if (isNew)
      log.error({ path, reason: describe(found.error) }, "tenants file refused: the last good one stays in force");
    return good.rows;
  }

  function tell(): void {
    log.info({ path, tenants: good?.rows.length }, "tenants file changed");
    for (const listener of listeners) {
      try {
        listener();
      } catch (error) {
        log.error({ path, reason: describe(error) }, "a listener to the tenants file failed");
      }
    }
  }

  async function poll(): Promise<void> {
    const { signal } = closing;
    while (!signal.aborted) {
      await delay(timing.pollMs, clock, signal);
      if (signal.aborted) return;
      const reason = await rows(signal).then(() => "", describe);
      if (reason !== "" && reason !== unreadable && good !== undefined) {
        log.error({ path, reason }, "tenants file cannot be read");
      }
      unreadable = reason;
    }
  }

  /** Writes one after the other; what others write meanwhile is not lost, but read again first. */
  function change(wanted: Change, signal: AbortSignal): Promise<boolean> {
    const turn = lastWrite.then(() => write(wanted, signal));
    lastWrite = turn.catch(() => undefined);
    return turn;
  }

  async function write(wanted: Change, signal: AbortSignal): Promise<boolean> {
    for (let tried = 0; tried < WRITE_TRIES; tried++) {
      const found = await look(signal);
      if ("error" in found) throw found.error;
      const tenantId = "put" in wanted ? wanted.put.tenantId : wanted.remove;
      if ("remove" in wanted && !found.rows.some((row) => isOf(row, tenantId))) return false;
      const text = format.write(found.content.text, wanted);
      if (text === found.content.text) return true;
      if (await replaceFile(path, text, () => isStill(path, found.content))) {
        await rows(signal);
        return true;
      }
    }
    throw new Error(`write ${path}: others keep changing it`);
  }

  return {
    name,
    async *scan(signal) {
      for (const row of await rows(signal)) {
        check(signal);
        yield row;
      }
    },
    async get(tenantId, signal) {
      return (await rows(signal)).find((row) => isOf(row, tenantId));
    },
    async put(row, signal) {
      refuseBadRow(row);
      await change({ put: row }, signal);
    },
    remove: (tenantId, signal) => change({ remove: tenantId }, signal),
    subscribe(listener) {
      listeners.push(listener);
      if (polling) return;
      polling = true;
      void poll();
    },
    async close() {
      closing.abort(new Error("the store is closed"));
      await lastWrite;
    },
  };
}

export const idOf = (row: Row): string => (row.ok ? row.row.tenantId : row.bad.tenantId);
/** A row without id is nobody's. */
const isOf = (row: Row, tenantId: string): boolean => tenantId !== "" && idOf(row) === tenantId;
