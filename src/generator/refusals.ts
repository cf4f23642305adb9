// Tells of what the guard refuses: a metric for each time, a log line and a report when it is something new.
import type { Metrics } from "../metrics.ts";
import type { Log } from "../model/log.ts";
import type { Baseline } from "./baseline.ts";
import { type AnswerKey, canonical } from "./input.ts";
import { describeRefusal, type Refusal } from "./refusal.ts";

export interface RefusalReport extends Refusal {
  applicationSetName: string;
  /** Of the snapshot that is refused. */
  hash: string;
  /** One sentence with all of it. */
  message: string;
}

export interface Refusals {
  tell(key: AnswerKey, refusal: Refusal, hash: string): void;
  /** Forgets what is refused no longer, so that it is told again when it comes back. */
  settle(baseline: Baseline): void;
}

export function createRefusals(options: {
  mode: "hold" | "fail";
  log: Log;
  metrics: Pick<Metrics, "generatorRefusals" | "generatorRefusedAnswers">;
  report?: ((refusal: RefusalReport) => void) | undefined;
}): Refusals {
  const { mode, log, metrics, report } = options;
  const told = new Map<string, string>();
  return {
    tell(key, refusal, hash) {
      metrics.generatorRefusals.inc({ reason: refusal.reason });
      const name = canonical(key);
      const what = `${hash} ${refusal.reason}`;
      if (told.get(name) === what) return;
      told.set(name, what);
      const { applicationSetName } = key;
      log.error({ applicationSet: applicationSetName, ...refusal, hash, mode }, "answer refused by the guard");
      report?.({ applicationSetName, ...refusal, hash, message: describeRefusal(refusal, hash) });
    },

    settle({ keys }) {
      const refused = new Set<string>();
      for (const [name, { refusal }] of keys) if (refusal !== undefined) refused.add(name);
      metrics.generatorRefusedAnswers.set(refused.size);
      for (const name of told.keys()) if (!refused.has(name)) told.delete(name);
    },
  };
}
