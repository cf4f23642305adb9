// A baseline store in memory: one replica's own, or one that several share, with faults on demand.
import type { Baseline, BaselineStore } from "../../src/generator/baseline.ts";
import { readBaseline, writeBaseline } from "../../src/generator/baseline-text.ts";
import type { Override } from "../../src/generator/override.ts";

export interface MemoryBaseline extends BaselineStore {
  /** As it was written; undefined: nothing was. */
  text: string | undefined;
  baseline(): Baseline | undefined;
  override: Override | undefined;
  reads: number;
  writes: number;
  failRead: Error | undefined;
  failWrite: Error | undefined;
  /** Runs before each write, as another replica that is faster. */
  beforeWrite: () => void;
  /** Puts a baseline there, as somebody else. */
  put(baseline: Baseline | undefined): void;
}

export function createMemoryBaseline({ shared = false }: { shared?: boolean } = {}): MemoryBaseline {
  let stamp = 0;
  return {
    name: "memory",
    shared,
    text: undefined,
    override: undefined,
    reads: 0,
    writes: 0,
    failRead: undefined,
    failWrite: undefined,
    beforeWrite: () => undefined,
    baseline() {
      return this.text === undefined ? undefined : readBaseline(this.text);
    },
    put(baseline) {
      this.text = baseline === undefined ? undefined : writeBaseline(baseline);
      stamp++;
    },
    async read() {
      this.reads++;
      if (this.failRead !== undefined) throw this.failRead;
      return { baseline: this.baseline(), stamp: String(stamp), override: this.override };
    },
    async write(baseline, expected) {
      this.beforeWrite();
      if (this.failWrite !== undefined) throw this.failWrite;
      if (shared && expected !== String(stamp)) return undefined;
      this.put(baseline);
      this.writes++;
      return String(stamp);
    },
  };
}
