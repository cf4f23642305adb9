// How results are shown: a table for people, JSON or YAML for programs.
import { stringify } from "yaml";
import { type CommandOption, type Given, textOf, UsageError } from "./command.ts";

export const OUTPUT: CommandOption = {
  flags: "-o, --output <format>",
  about: "table, json or yaml",
  fallback: "table",
};

/** Columns of a table: heading and cell. */
export type Columns<T> = readonly (readonly [heading: string, cell: (row: T) => string])[];

/** Shows rows in the form that was asked for; a single object in JSON or YAML is no list. Throws UsageError for another form. */
export function show<T extends object>(given: Given, rows: T | readonly T[], columns: Columns<T>): string {
  const format = textOf(given, "output");
  if (format === "json") return JSON.stringify(rows, null, 2);
  if (format === "yaml") return stringify(rows).trimEnd();
  if (format !== "table") throw new UsageError(`--output is ${JSON.stringify(format)}: must be table, json or yaml`);
  return table(isList(rows) ? rows : [rows], columns);
}

function table<T>(rows: readonly T[], columns: Columns<T>): string {
  const lines = [
    columns.map(([heading]) => heading),
    ...rows.map((row) => columns.map(([, cell]) => oneLine(cell(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");

const isList = <T extends object>(rows: T | readonly T[]): rows is readonly T[] => Array.isArray(rows);
