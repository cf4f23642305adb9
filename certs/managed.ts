// A certificate source that makes its own: an authority and a leaf, shared with other replicas through a store. What is made when
// is succession.ts's part, and when to look again is its caller's affair: a timer, and a change in the store.
import type { Clock } from "../src/model/clock.ts";
import { WaitError } from "../src/model/errors.ts";
import type { Log } from "../src/model/log.ts";
import { createAnnouncer } from "./announcer.ts";
import { inspect } from "./checks.ts";
import { certificatesIn } from "./pem.ts";
import type { RefreshedSource, Trusted } from "./source.ts";
import type { CertificateBundle, CertificateStore } from "./store.ts";
import { type Lives, nextStep, type Step } from "./succession.ts";
import { inTurn } from "./turns.ts";

const ATTEMPTS = 5;
/** Between two replacements of what others wrote: bounds a quarrel, as between replicas whose clocks differ by more than a leaf's life. */
const QUARREL_GAP_MS = 3_000;

export interface ManagedOptions {
  store: CertificateStore;
  /** DNS names and IP addresses that the leaf must be good for. */
  names: readonly string[];
  lives: Lives;
  trusted: Trusted;
  clock: Clock;
  log: Log;
  /** Told of every write: in a word, and why. */
  observe?: (change: Step["change"], finding: Pick<Step, "reason" | "servable">) => void;
}

/** Nothing is read before the first `refresh()`. */
export function createManagedSource(options: ManagedOptions): RefreshedSource {
  const { store, names, lives, trusted, clock, log, observe } = options;
  const announcer = createAnnouncer(log);
  let held: CertificateBundle | undefined;
  let replacedAt = -Infinity;
  const circumstances = () => ({ names, lives, trusted, now: clock.now() });

  async function refresh(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = await store.read();
      const step = nextStep({ stored: stored?.bundle, held }, circumstances());
      if (stored && (!step || step.servable)) adopt(stored.bundle);
      if (!step) return;
      if (step.change === "restored" && Math.abs(clock.now() - replacedAt) < QUARREL_GAP_MS) {
        throw new WaitError("replace certificates: they were replaced a moment ago", QUARREL_GAP_MS);
      }

      if (await store.write(step.bundle, stored?.version)) {
        if (step.change === "restored") replacedAt = clock.now();
        logWritten(log, step);
        observe?.(step.change, step);
        adopt(step.bundle);
        return;
      }
    }
    throw new Error(`renew certificate: others wrote first, ${ATTEMPTS} times in a row`);
  }

  function adopt(bundle: CertificateBundle): void {
    held = bundle;
    const [ca = "", ...besides] = certificatesIn(bundle.ca);
    announcer.announce({ certificate: bundle.certificate, key: bundle.key, ca, besides: besides.join("") });
  }

  return {
    ...announcer,
    refresh: inTurn(refresh),
    due: () => held === undefined || inspect(held, circumstances()) !== undefined,
  };
}

function logWritten(log: Log, { change, reason, renew, servable }: Step): void {
  if (change === "created") return log.info({}, "certificates created");
  const fields = { reason, renewed: renew };
  return servable ? log.info(fields, "certificates renewed") : log.warn(fields, "unusable certificates replaced");
}
