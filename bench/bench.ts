// What a benchmark is, and how its figures are told: medians and tails side by side, with the ratio to a floor measured in the same run.

/** Milliseconds of one kind of work, in the order in which they were taken. */
export interface Series {
  name: string;
  samples: readonly number[];
}

/** One number that is no time, or has nothing to be compared with. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
}

export interface Table {
  title: string;
  /** The first one is the floor that the others are compared with. */
  series: Series[];
  figures?: Figure[];
}

export interface Benchmark {
  /** As on the command line. */
  name: string;
  about: string;
  run(log: (line: string) => void): Promise<Table[]>;
}

/** The first name is the floor's. */
export const compared = (title: string, series: Record<string, number[]>): Table => ({
  title,
  series: Object.entries(series).map(([name, samples]) => ({ name, samples })),
});

/** The value that `share` (0 to 1) of the samples do not exceed. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function render({ title, series, figures = [] }: Table): string {
  const floor = quantile(series[0]?.samples ?? [], 0.5);
  const head = ["n", "p50 ms", "p99 ms", "max ms", "p50 ratio"];
  const rows = series.map(({ name, samples }) => {
    const times = [0.5, 0.99, 1].map((share) => rounded(quantile(samples, share)));
    return [name, String(samples.length), ...times, (quantile(samples, 0.5) / floor).toFixed(2)];
  });
  const heads = series.length === 0 ? [] : [line(["", ...head])];
  const facts = figures.map(({ name, value, unit }) => `${line([name, value.toLocaleString("en")])} ${unit}`);
  return [title, ...heads, ...rows.map((row) => line(row)), ...facts].join("\n");
}

const rounded = (ms: number): string => ms.toFixed(ms < 10 ? 2 : 1);

const line = ([name = "", ...cells]: string[]): string =>
  name.padEnd(50) + cells.map((cell) => cell.padStart(11)).join("");
