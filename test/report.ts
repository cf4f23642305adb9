// What the test runner counts and says of each event of node:test. Pure, so that it can be tested itself.
import { inspect } from "node:util";

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** The part of node:test's events that is read here. */
export interface TestEvent {
  type: string;
  data?: unknown;
}

interface Result {
  name: string;
  nesting: number;
  file?: string;
  skip?: string | boolean;
  todo?: string | boolean;
  message?: string;
  details?: { type?: string; duration_ms?: number; error?: { cause?: unknown; message?: string } };
}

/** Adds one event to the totals. Suites and files are not counted, only what they hold; one that fails by itself is. */
export function count(event: TestEvent, totals: Totals): void {
  const result = resultOf(event);
  if (result === undefined) return;
  const holder = result.details?.type === "suite";
  if (event.type === "test:fail") {
    if (result.todo === undefined && !(holder && isSubtestFailure(result))) totals.failed++;
  } else if (result.skip !== undefined || result.todo !== undefined) {
    totals.skipped++;
  } else if (!holder) {
    totals.passed++;
  }
}

/** Lines to print for an event: failures with their cause, skipped suites, what tests write, and one line per file if `perFile`. */
export function progressLines(event: TestEvent, perFile: boolean, short: (file: string) => string): string[] {
  const result = (event.data ?? {}) as Result;
  const where = result.file === undefined ? "" : `${short(result.file)} > `;
  if (event.type === "test:stdout" || event.type === "test:stderr") return [(result.message ?? "").trimEnd()];
  if (event.type === "test:fail" && !isSubtestFailure(result)) {
    return [`FAIL ${where}${result.name}`, indent(explain(result.details?.error))];
  }
  if (event.type === "test:pass" && typeof result.skip === "string")
    return [`SKIP ${where}${result.name}: ${result.skip}`];
  if (event.type === "test:pass" && perFile && result.nesting === 0) {
    return [`  ok ${where}${result.name} (${((result.details?.duration_ms ?? 0) / 1000).toFixed(1)} s)`];
  }
  return [];
}

function resultOf(event: TestEvent): Result | undefined {
  return event.type === "test:pass" || event.type === "test:fail" ? (event.data as Result) : undefined;
}

/** A suite that failed only because something in it failed, which has been told already. */
function isSubtestFailure(result: Result): boolean {
  const error = result.details?.error as { failureType?: string } | undefined;
  return error?.failureType === "subtestsFailed";
}

function explain(error: { cause?: unknown; message?: string } | undefined): string {
  const cause = error?.cause;
  if (cause instanceof Error) return cause.stack ?? cause.message;
  return typeof cause === "string" ? cause : (error?.message ?? inspect(cause));
}

const indent = (text: string): string => text.replaceAll(/^/gm, "    ");
