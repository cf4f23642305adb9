// What a benchmark is, and how its figures are told: medians and tails side by side, with the ratio to a floor measured in the same run.

/** Milliseconds of one kind of work, in the order in which they were taken. */
export interface Series {
  name: string;
  samples: readonly number[];
}

export interface Table {
  title: string;
  /** The first one is the floor that the others are compared with. */
  series: Series[];
}

export interface Benchmark {
  /** As on the command line. */
  name: string;
  about: string;
  run(log: (line: string) => void): Promise<Table[]>;
}

/** The value that `share` (0 to 1) of the samples do not exceed. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function render({ title, series }: Table): string {
  const floor = quantile(series[0]?.samples ?? [], 0.5);
  const head = ["n", "p50 ms", "p99 ms", "max ms", "p50 ratio"];
  const rows = series.map(({ name, samples }) => {
    const figures = [0.5, 0.99, 1].map((share) => quantile(samples, share).toFixed(1));
    return [name, String(samples.length), ...figures, (quantile(samples, 0.5) / floor).toFixed(2)];
  });
  return [title, line(["", ...head]), ...rows.map((row) => line(row))].join("\n");
}

const line = ([name = "", ...cells]: string[]): string =>
  name.padEnd(50) + cells.map((cell) => cell.padStart(11)).join("");
