// What the test runner counts and says of each event of node:test. Pure, so that it can be tested itself.
import { resolve } from "node:path";
import { inspect } from "node:util";

export interface Totals {
  passed: number;
  failed: number;
  /** Skipped and to-do tests; a skipped suite is one, for its tests are not looked at. */
  skipped: number;
}

/** The part of node:test's events that is read here. */
export interface TestEvent {
  type: string;
  data?: unknown;
}

export interface Tally {
  readonly totals: Totals;
  add(event: TestEvent): void;
}

interface Result {
  name: string;
  nesting: number;
  file?: string;
  skip?: string | boolean;
  todo?: string | boolean;
  message?: string;
  success?: boolean;
  details?: {
    type?: string;
    duration_ms?: number;
    error?: { cause?: unknown; message?: string; failureType?: string };
  };
}

/**
 * Counts every test once. What holds tests (suites, files) is counted only where it fails and nothing in it has: a hook, a file that dies.
 * node:test tells of tests before it tells of the suite that holds them.
 */
export function createTally(): Tally {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  /** By file, then by nesting: has a test failed since the last holder of that nesting ended? */
  const failedBelow = new Map<string, boolean[]>();
  let failedInRun = false;

  function fail(file: string | undefined, nesting: number): void {
    totals.failed++;
    failedInRun = true;
    const levels = failedBelow.get(file ?? "") ?? [];
    for (let level = 0; level < nesting; level++) levels[level] = true;
    failedBelow.set(file ?? "", levels);
  }

  /** Tells, and forgets, whether something in the holder that ends now has failed. */
  function hasFailedBelow({ file, nesting }: Result): boolean {
    const levels = failedBelow.get(file ?? "") ?? [];
    const failed = levels[nesting] ?? false;
    levels[nesting] = false;
    return failed;
  }

  function addHolder(type: string, result: Result): void {
    const told = hasFailedBelow(result);
    if (type === "test:fail") {
      if (!told && !isSubtestFailure(result)) fail(result.file, result.nesting);
    } else if (result.skip !== undefined) totals.skipped++;
  }

  function addTest(type: string, result: Result): void {
    if (result.todo !== undefined || result.skip !== undefined) totals.skipped++;
    else if (type === "test:fail" || isFile(result)) fail(result.file, result.nesting);
    else totals.passed++;
  }

  return {
    totals,
    add({ type, data }) {
      const result = (data ?? {}) as Result;
      if (isEndOfRun(type, result)) {
        if (result.success === false && !failedInRun) totals.failed++;
        failedInRun = false;
      } else if (type === "test:pass" || type === "test:fail") {
        if (result.details?.type === "suite") addHolder(type, result);
        else addTest(type, result);
      }
    },
  };
}

/** Lines to print for an event: failures with their cause, skipped suites, what tests write, and one line per file if `perFile`. */
export function progressLines(event: TestEvent, perFile: boolean, short: (file: string) => string): string[] {
  const result = (event.data ?? {}) as Result;
  const where = result.file === undefined ? "" : `${short(result.file)} > `;
  if (event.type === "test:stdout" || event.type === "test:stderr") return [(result.message ?? "").trimEnd()];
  if (event.type === "test:diagnostic" && isLateError(result)) return [`FAIL ${result.message}`];
  if (event.type === "test:fail" && result.todo === undefined && !isSubtestFailure(result)) {
    return [`FAIL ${where}${result.name}`, indent(explain(result.details?.error))];
  }
  if (event.type !== "test:pass") return [];
  if (isFile(result)) return [`FAIL ${where}holds no test`];
  if (typeof result.skip === "string") return [`SKIP ${where}${result.name}: ${result.skip}`];
  if (perFile && result.nesting === 0) {
    return [`  ok ${where}${result.name} (${((result.details?.duration_ms ?? 0) / 1000).toFixed(1)} s)`];
  }
  return [];
}

/** Path of the file that an event tells of as a whole: it has died, or it holds no test. */
export function fileOf({ type, data }: TestEvent): string | undefined {
  const result = (data ?? {}) as Result;
  return (type === "test:pass" || type === "test:fail") && isFile(result) ? result.file : undefined;
}

/** What node:test tells of a whole file has the file's path for a name. */
function isFile({ name, file, nesting }: Result): boolean {
  return nesting === 0 && file !== undefined && resolve(name) === resolve(file);
}

/** Each file that runs in a process of its own has a summary as well. */
const isEndOfRun = (type: string, { file }: Result): boolean => type === "test:summary" && file === undefined;

/** An error after the test that caused it had ended: it belongs to no test, but it fails the run. */
const isLateError = ({ message }: Result): boolean => message?.startsWith("Error: ") ?? false;

/** A suite that failed only because something in it failed, which has been told already. */
const isSubtestFailure = ({ details }: Result): boolean => details?.error?.failureType === "subtestsFailed";

function explain(error: { cause?: unknown; message?: string } | undefined): string {
  const cause = error?.cause;
  if (cause instanceof Error) return cause.stack ?? cause.message;
  return typeof cause === "string" ? cause : (error?.message ?? inspect(cause));
}

const indent = (text: string): string => text.replaceAll(/^/gm, "    ");
