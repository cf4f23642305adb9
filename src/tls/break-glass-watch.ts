// Says loudly that the glass is broken, for as long as it is: in the log, the metric and /readyz. Whether to break it is not its question.
import type { Metrics } from "../metrics.ts";
import type { Log } from "../model/log.ts";
import { type BrokenGlass, brokenGlass, type Stoppable } from "./break-glass.ts";

export interface GlassWatch {
  /** To be told of every change of the ValidatingWebhookConfiguration. */
  see(configuration: Stoppable | undefined): void;
  /** For /readyz: Landlord works, but nobody asks it. */
  check(): true | { note: string };
}

export function createGlassWatch({ log, metrics }: { log: Log; metrics: Pick<Metrics, "breakGlass"> }): GlassWatch {
  let broken: BrokenGlass | undefined;
  return {
    see(configuration) {
      const before = broken?.open.length ?? 0;
      broken = configuration && brokenGlass(configuration);
      const now = broken?.open.length ?? 0;
      metrics.breakGlass.set(now > 0 ? 1 : 0);
      if (now > before)
        log.error({ webhooks: now, note: broken?.note }, "break-glass: the validating webhook lets everything through");
      if (now === 0 && before > 0) log.warn({}, "break-glass is over: the validating webhook is called again");
    },
    check() {
      if (broken === undefined || broken.open.length === 0) return true;
      return { note: `the validating webhook lets everything through: ${broken.note}` };
    },
  };
}
