// What a benchmark is, and what is computed from its samples. How that is shown is in table.ts and report.ts.

/** What is allowed to be at most so much; a ratio is of the median to that of the table's first series. */
export interface Budget {
  p50?: number;
  p99?: number;
  max?: number;
  ratio?: number;
}

/** One kind of work, in the order in which it was measured. */
export interface Series {
  name: string;
  samples: readonly number[];
  budget?: Budget;
}

/** One number that has nothing to be compared with, or only what it may be at most. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  atMost?: number;
}

export interface Table {
  title: string;
  /** Of all samples; milliseconds unless told. */
  unit?: "ms" | "us" | "req/s";
  /** The first one is the floor that the others are compared with, unless they are parts of a whole. */
  series: Series[];
  parts?: boolean;
  figures?: Figure[];
}

export interface Task {
  /** Takes a line about what is being done. */
  log: (line: string) => void;
  /** Everything once and shortly, to see that it runs: the figures are worth nothing. */
  quick: boolean;
}

export interface Benchmark {
  /** As on the command line. */
  name: string;
  about: string;
  /** Rejects as soon as something fails: figures of work that was not done are none. */
  run(task: Task): Promise<Table[]>;
}

export interface Summary {
  n: number;
  p50: number;
  /** The middle half lies between these. */
  p25: number;
  p75: number;
  p99: number;
  max: number;
  /** Of the medians. */
  ratio: number;
  verdict: Verdict;
}

export type Verdict = "pass" | "miss" | "";

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

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

export function summary({ samples, budget = {} }: Series, floor: number): Summary {
  const [p25 = Number.NaN, p50 = Number.NaN, p75 = Number.NaN, p99 = Number.NaN, max = Number.NaN] = [
    0.25, 0.5, 0.75, 0.99, 1,
  ].map((share) => quantile(samples, share));
  const figures = { p50, p99, max, ratio: p50 / floor };
  const limits = Object.entries(budget).filter(([, limit]) => limit !== undefined);
  const kept = limits.every(([name, limit]) => figures[name as keyof Budget] <= limit); // what could not be measured is a miss
  return { n: samples.length, p25, p75, ...figures, verdict: limits.length === 0 ? "" : kept ? "pass" : "miss" };
}

/** NaN: there is nothing to compare with. A floor of nothing or less, which differences may have, is none. */
export function floorOf({ series: [floor], parts = false }: Table): number {
  const value = parts ? Number.NaN : median(floor?.samples ?? []);
  return value > 0 ? value : Number.NaN;
}

export const verdictOf = ({ value, atMost }: Figure): Verdict =>
  atMost === undefined ? "" : value <= atMost ? "pass" : "miss";
