// All that was measured, as JSON for machines: summaries, budgets, verdicts and the samples themselves.
import { floorOf, type Series, summary, type Table, verdictOf } from "./bench.ts";
import type { Machine } from "./machine.ts";

export interface Measured {
  name: string;
  about: string;
  seconds: number;
  tables: readonly Table[];
}

export function report(
  machine: Machine,
  { quick, measured }: { quick: boolean; measured: readonly Measured[] },
): string {
  const benchmarks = measured.map((one) => ({ ...one, tables: one.tables.map(told) }));
  return `${JSON.stringify({ machine, quick, benchmarks }, null, 1)}\n`;
}

function told(table: Table): object {
  const { title, unit = "ms", series, figures = [] } = table;
  const floor = floorOf(table);
  return {
    title,
    unit,
    series: series.map((one) => ({
      name: one.name,
      budget: one.budget,
      ...summary(one, floor),
      samples: shortened(one),
    })),
    figures: figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })),
  };
}

/** More of one series are told by their quantiles. */
const MOST = 10_000;
const STEPS = 1_000;

function shortened({ samples }: Series): number[] {
  const kept = samples.length <= MOST ? samples : quantiles(samples);
  return kept.map((sample) => Number(sample.toPrecision(5)));
}

function quantiles(samples: readonly number[]): number[] {
  const sorted = samples.toSorted((a, b) => a - b);
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    return sorted[Math.max(0, Math.ceil((step / STEPS) * sorted.length) - 1)] ?? Number.NaN;
  });
}
