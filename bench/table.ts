// A table of figures as text: medians, their spread and tails side by side, ratios beside absolutes, budgets with pass or miss.
import { type Budget, type Figure, floorOf, type Series, summary, type Table, verdictOf } from "./bench.ts";

const NAME_WIDTH = 54;
const HEAD = ["n", "p50", "middle half", "p99", "max", "p50 ratio", "budget"];
const WIDTHS = [7, 10, 19, 10, 10, 11, 28];

export function render(table: Table): string {
  const { title, unit = "ms", series, figures = [] } = table;
  const floor = floorOf(table);
  const heads = series.length === 0 ? [] : [line("", HEAD)];
  const rows = series.map((one) => row(one, floor));
  return [`${title} (${unit})`, ...heads, ...rows, ...figures.map(fact)].join("\n");
}

/** One line for each budget that was not kept. */
export function missesOf(table: Table): string[] {
  const floor = floorOf(table);
  const series = table.series.filter((one) => summary(one, floor).verdict === "miss").map(({ name }) => name);
  const figures = (table.figures ?? []).filter((figure) => verdictOf(figure) === "miss").map(({ name }) => name);
  return [...series, ...figures].map((name) => `${table.title}: ${name}`);
}

function row(series: Series, floor: number): string {
  const { n, p25, p50, p75, p99, max, ratio, verdict } = summary(series, floor);
  const middle = `${rounded(p25)} - ${rounded(p75)}`;
  const budget = `${budgetText(series.budget ?? {})} ${verdict}`.trim();
  return line(series.name, [String(n), rounded(p50), middle, rounded(p99), rounded(max), told(ratio), budget]);
}

function fact(figure: Figure): string {
  const { name, value, unit, atMost } = figure;
  const budget = atMost === undefined ? "" : `   budget <= ${atMost.toLocaleString("en")} ${verdictOf(figure)}`;
  return `${name.padEnd(NAME_WIDTH)}${value.toLocaleString("en").padStart(WIDTHS[0]! + WIDTHS[1]!)} ${unit}${budget}`;
}

const budgetText = (budget: Budget): string =>
  Object.entries(budget)
    .map(([name, limit]) => `${name} <= ${limit}`)
    .join(", ");

const told = (ratio: number): string => (Number.isNaN(ratio) ? "-" : ratio.toFixed(2));

/** Three digits that mean something. */
function rounded(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}

const line = (name: string, cells: readonly string[]): string =>
  (name.padEnd(NAME_WIDTH) + cells.map((cell, index) => cell.padStart(WIDTHS[index] ?? 0)).join("")).trimEnd();
